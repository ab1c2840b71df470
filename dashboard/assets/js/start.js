// What a page begins with: the words of its language, then the first rows of the list of runs, then all else.

import { learn } from "./words.js";

learn()
  .catch(() => {}) // the words did not come: better in English than not at all
  .then(() => import("./first_rows.js"))
  .then(() => import("./main.js"));
