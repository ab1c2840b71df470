// Sentences that others write in English with figures in them, found again by their patterns.

const COUNTS = ["step", "n", "m"]; // whole numbers ("over 1,000,000" where they are very large); the other values run on to what follows

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function pattern(sentence) {
  const parts = sentence.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name) return escaped(part);
    return `(?<${name}>${COUNTS.includes(name) ? "(?:over )?[\\d,]+" : ".+?"})`;
  });
  return [sentence, new RegExp(`^${parts.join("")}$`, "s")];
}

/**
 * A finder among some sentences, in their order: `find(text)` gives [sentence, values], or null when none fits.
 * Patterns are made when the first text comes.
 */
export function finder(sentences) {
  let patterns = null;
  return (text) => {
    patterns ??= sentences.map(pattern);
    for (const [sentence, known] of patterns) {
      const found = known.exec(text);
      if (found) return [sentence, found.groups ?? {}];
    }
    return null;
  };
}
