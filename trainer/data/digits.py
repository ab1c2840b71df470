"""Handwritten digits: 1,797 grey pictures of 8×8 pixels that come with scikit-learn."""

from __future__ import annotations

import torch

from trainer.data.dataset import Dataset


def digits(seed: int = 0) -> Dataset:
    """(1797, 1, 8, 8) in [-1, 1]; the files hold whole numbers from 0 (paper) to 16 (ink). They are the same for every seed.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998
    (its test set).
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    images = torch.from_numpy(found.images).float()  # (1797, 8, 8)
    labels = torch.from_numpy(found.target).long()
    return Dataset("digits", (images / 8 - 1).unsqueeze(1).contiguous(), labels=labels)
