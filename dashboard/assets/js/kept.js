// What this browser remembers. A frame in a page of another site (a notebook) may be refused all storage: then nothing is remembered.

/** The text that is kept under a name, null: none. */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text under a name; null forgets it. */
export function remember(key, text) {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // refused, or full: the choice holds until the page is left
  }
}
