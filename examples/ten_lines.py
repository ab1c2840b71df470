"""A plain PyTorch DCGAN loop, and the ten lines (marked `# +`) that add Nashboard to it.

Start `nashboard serve`, then `python examples/ten_lines.py`. `--steps 500` makes it shorter.
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

import monitor  # +

arguments = argparse.ArgumentParser()
arguments.add_argument("--steps", type=int, default=3000)
arguments.add_argument("--batch-size", type=int, default=64)
arguments.add_argument("--lr", type=float, default=0.002)
args = arguments.parse_args()

torch.manual_seed(0)
digits = torch.from_numpy(load_digits().images).float().unsqueeze(1) / 8 - 1  # (1797, 1, 8, 8) in [-1, 1]

G = nn.Sequential(
    nn.ConvTranspose2d(32, 32, 4), nn.BatchNorm2d(32), nn.ReLU(),
    nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
    nn.Conv2d(32, 1, 3, padding=1), nn.Tanh(),
)  # fmt: skip
D = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.LeakyReLU(0.2),
    nn.Conv2d(32, 32, 4, 2, 1), nn.LeakyReLU(0.2),
    nn.Flatten(), nn.Linear(32 * 16, 1),
)  # fmt: skip
opt_g = torch.optim.Adam(G.parameters(), lr=args.lr, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=args.lr, betas=(0.5, 0.999))
real_label, fake_label = torch.ones(args.batch_size, 1), torch.zeros(args.batch_size, 1)
fixed_z = torch.randn(64, 32, 1, 1)

run = monitor.init(project="examples", name="dcgan", config=vars(args), total_steps=args.steps)  # +
run.watch(generator=G, discriminator=D, optimizers=(opt_g, opt_d))  # +
run.reference(digits[:500])  # +

for step in range(args.steps):
    real = digits[torch.randint(len(digits), (args.batch_size,))]
    fake = G(torch.randn(args.batch_size, 32, 1, 1))

    d_real, d_fake = D(real), D(fake.detach())
    d_loss = bce(d_real, real_label) + bce(d_fake, fake_label)
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    g_loss = bce(D(fake), real_label)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()

    run.log({"loss/discriminator": d_loss, "loss/generator": g_loss,  # +
             "logits/real": d_real, "logits/fake": d_fake}, step=step)  # +  # fmt: skip
    if step % 100 == 0:  # +
        with torch.no_grad():  # +
            run.samples(G(fixed_z), step=step)  # +

run.finish()  # +
