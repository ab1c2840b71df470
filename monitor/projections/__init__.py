"""Maps of the data in the plane, and where generated samples lie on them. Pure: arrays in, arrays out, one seed, one answer."""

from monitor.projections.clusters import clusters
from monitor.projections.joint import joint_map
from monitor.projections.neighbours import NEAREST, Neighbours
from monitor.projections.pca import Pca
from monitor.projections.tsne import TsneMap

__all__ = ["NEAREST", "Neighbours", "Pca", "TsneMap", "clusters", "joint_map"]
