// Colours of heat maps: a ramp from dark to bright that grows evenly in lightness, so that any colour vision can read it.

const STEPS = 256;
const cache = new Map();

const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** `STEPS` colours [red, green, blue] between the stops. */
export function ramp(stops) {
  const key = stops.join();
  if (!cache.has(key)) {
    const colours = stops.map(parse);
    const made = Array.from({ length: STEPS }, (_, i) => {
      const at = (i / (STEPS - 1)) * (colours.length - 1);
      const below = Math.min(Math.floor(at), colours.length - 2);
      return [0, 1, 2].map((c) => Math.round(colours[below][c] + (at - below) * (colours[below + 1][c] - colours[below][c])));
    });
    cache.set(key, made);
  }
  return cache.get(key);
}

/** The colour at 0 … 1. */
export const colour = (colours, share) => colours[Math.round(share * (STEPS - 1))];

export const rgb = (hex) => parse(hex);
