// Which parts of the data a generator reaches, read off `GET /runs/{id}/modes`: pure functions on its columns.

const SURE = 4.6; // expected samples at which finding none has less than 1 % chance (Poisson: exp(-4.6))
const FEW = 0.1; // of what was expected: not reached
const MANY = 2; // times what was expected: over-represented …
const SIGMAS = 3; // … when it is more than chance, too

/** "missing", "over", "fair", or "unknown" when there are too few samples to tell, of a cluster at a step's place. */
export function verdict(modes, cluster, at) {
  const expected = modes.clusters[cluster].share;
  const [share, count] = [modes.shares[cluster][at], modes.count[at]];
  if (share === null || !count) return "unknown";
  const error = Math.sqrt((expected * (1 - expected)) / count);
  if (share > MANY * expected && share - expected > SIGMAS * error) return "over";
  if (expected * count < SURE) return "unknown";
  return share <= FEW * expected ? "missing" : "fair";
}

/** The first step from which on the verdict of a cluster was what it is at `at`; `always`: ever since the first step told. */
export function since(modes, cluster, at) {
  const now = verdict(modes, cluster, at);
  let first = at;
  while (first > 0 && verdict(modes, cluster, first - 1) === now) first -= 1;
  return { step: modes.steps[first], always: first === 0 };
}

/** Clusters of a verdict at a step, those with the largest share of the data first: { cluster, expected, share, step, always }. */
export function listed(modes, at, wanted) {
  return modes.clusters
    .map((one, cluster) => ({ cluster, one }))
    .filter(({ cluster }) => verdict(modes, cluster, at) === wanted)
    .map(({ cluster, one }) => ({ cluster, one, expected: one.share, share: modes.shares[cluster][at], ...since(modes, cluster, at) }))
    .sort((a, b) => (wanted === "over" ? b.share - a.share : b.expected - a.expected));
}

/** What a group is called: its class where there are labels. */
export function called({ label, cluster }, t) {
  if (label === null || label === undefined) return t("cluster {n}", { n: cluster + 1 });
  return /^\d+$/.test(label) ? t("class {n}", { n: label }) : label;
}

/** Joins what came later, from a step on, to what is there. */
export function joined(modes, later) {
  if (!later.clusters.length) return modes;
  const cut = modes.steps.findIndex((step) => later.steps.length && step >= later.steps[0]);
  const keep = (column) => (cut < 0 ? column : column.slice(0, cut));
  const join = (name) => [...keep(modes[name]), ...later[name]];
  return {
    ...later,
    steps: join("steps"),
    count: join("count"),
    off: join("off"),
    shares: later.shares.map((fresh, i) => [...keep(modes.shares[i] ?? []), ...fresh]),
  };
}
