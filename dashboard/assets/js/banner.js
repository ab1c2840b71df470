// Whether the service can be reached: a dot in the header, and a banner when it is gone for more than a moment.

import { byId, setText } from "./dom.js";
import { t } from "./words.js";

function show(state, text) {
  const pulse = byId("pulse");
  const banner = byId("banner");
  if (!pulse || !banner) return;
  if (pulse.dataset.state !== state) pulse.dataset.state = state;
  pulse.title = state === "live" ? t("Live") : t("Not connected");
  banner.hidden = !text;
  setText(banner, text ?? "");
}

export const connected = () => show("live", null);

export function disconnected(failures) {
  show("lost", failures < 2 ? null : t("The service can’t be reached. Reconnecting… What you see is as of the last answer."));
}
