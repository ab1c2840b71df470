// What the server put into the page: addresses, colours, the catalogue of charts.

export const boot = JSON.parse(document.getElementById("nashboard-boot").textContent);

/** The address of a place of ours: `here("runs/abc")`. */
export const here = (path) => boot.base + path;
