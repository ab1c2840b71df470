// Stands in the page itself and runs before any file of ours is there: asks for what the page will show first, so that the
// answers come beside the scripts. js/api.js takes them by their paths; one that nobody asks for again is dropped.

const boot = JSON.parse(document.getElementById("nashboard-boot").textContent);
const place = location.pathname.slice(boot.base.length).replace(/\/$/, "");
const state = new URLSearchParams(location.search);
const asked = (window.nashboardAsked = new Map());

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null)).toString();

/** Asks, at once or `after` another answer has come. */
function ask(path, after = null) {
  const go = () => fetch(`${boot.api}/${path}`, { credentials: "same-origin" });
  const answer = after ? after.then(go) : go();
  answer.catch(() => {}); // whoever takes it handles the error
  asked.set(path, answer);
  return answer;
}

const run = /^runs\/([^/]+)$/.exec(place);
if (run) {
  ask("live");
  ask(`runs/${encodeURIComponent(decodeURIComponent(run[1]))}`);
}

// the cursor comes first: what changes after it is told by it
if (place === "") {
  const view = ["archived", "trash"].includes(state.get("view")) ? state.get("view") : null;
  const [q, project, group, sort] = ["q", "project", "group", "sort"].map((key) => state.get(key));
  ask(`runs?${query({ q: q || null, view, project, group, sort, limit: boot.first.block, offset: null })}`, ask("live"));
}

if (place === "compare") {
  const runs = [...new Set((state.get("runs") ?? "").split(",").filter(Boolean))].slice(0, boot.first.most).join(",");
  if (runs) {
    ask(`details?${query({ runs })}`);
    const live = ask("live");
    for (const name of boot.first.signals) ask(`series?${query({ name, runs, from: null, to: null, width: boot.first.width })}`, live);
  }
}

// plotly.js is by far the largest file: where charts are drawn it is fetched and compiled beside all else. Deferred, it runs
// after Dash's scripts; a script that is put into the document later would be compiled later, too.
if (place !== "") document.write(`<script defer id='plotly' fetchpriority='high' src='${boot.plotly}'></scr` + "ipt>");
