// One picture, and another to hold against it: side by side, in turn at one place, under a moving edge, or as what differs.

import { h, setText } from "../dom.js";
import { Picture } from "../picture.js";
import * as view from "../view.js";
import { t } from "../words.js";

const TURN = 600; // ms that each is seen when they take turns
const MIDDLE = 50; // % from the left where the moving edge stands at first

export class Stage {
  /** @param onopen () when the first picture is clicked. */
  constructor({ signal, onopen }) {
    this.first = new Picture("");
    this.second = new Picture("");
    this.over = h("img", { class: "over", alt: "", draggable: "false", hidden: true });
    this.difference = h("canvas", { class: "over", hidden: true, role: "img", "aria-label": t("What differs") });
    this.first.stage.append(this.over, this.difference);
    this.open = h("button", { class: "open", "aria-label": t("Show in full size"), onclick: onopen });
    this.first.stage.append(this.open);
    this.first.stage.addEventListener("pointermove", (event) => this.#swipe(event), { signal });
    this.element = h("div", { class: "pictures gallery-pictures" }, this.first.element, this.second.element);
    signal.addEventListener("abort", () => clearInterval(this.turning));
  }

  /** @param first, second what `Picture.put` takes, with `label`; second may be null. @param how "beside", "flicker", "swipe", "difference". */
  async show(first, second, how) {
    clearInterval(this.turning);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.how = second ? how : "beside";
    const beside = this.how === "beside";
    this.second.element.hidden = !second || !beside;
    setText(this.first.label, first.label);
    if (second && beside) {
      setText(this.second.label, second.label);
      this.second.put(second);
    }
    await this.first.put({ ...first, caption: second && !beside ? `${first.caption} · ${this.#words(second.label)}` : first.caption });
    if (second && !beside) await this.#load(second);
    if (turn !== this.turn) return; // another was asked for meanwhile
    this.over.hidden = beside || this.how === "difference";
    this.over.style.clipPath = "";
    this.difference.hidden = this.how !== "difference";
    this.first.stage.classList.toggle("swiping", this.how === "swipe");
    if (this.how === "flicker") this.#flicker(first.label, second.label);
    else if (this.how === "swipe") this.#edge(view.number("edge") ?? MIDDLE);
    else if (this.how === "difference") this.#differ();
  }

  #words(label) {
    const words = { flicker: t("in turn with: {name}", { name: label }), swipe: t("right of the edge: {name}", { name: label }), difference: t("difference to: {name}", { name: label }) };
    return words[this.how];
  }

  async #load({ src, key }) {
    if (this.over.dataset.key === key) return;
    this.over.dataset.key = key;
    this.over.src = src;
    await this.over.decode().catch(() => null);
  }

  #flicker(first, second) {
    this.turning = setInterval(() => {
      this.over.hidden = !this.over.hidden;
      setText(this.first.label, this.over.hidden ? first : second);
    }, TURN);
  }

  #swipe(event) {
    if (this.how !== "swipe") return;
    const box = this.first.stage.getBoundingClientRect();
    const at = Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width));
    this.#edge(at);
    view.set({ edge: Math.round(at) === MIDDLE ? null : Math.round(at) });
  }

  /** Puts the edge so many % from the left. */
  #edge(at) {
    this.over.style.clipPath = `inset(0 0 0 ${at}%)`;
  }

  /** |first − second| pixel by pixel, stretched so that the largest difference is white. */
  #differ() {
    const [a, b] = [this.first.image, this.over];
    const [width, height] = [a.naturalWidth, a.naturalHeight];
    if (!width || !b.naturalWidth) return;
    const pixels = (image) => {
      const canvas = h("canvas", { width, height });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0, width, height);
      return context.getImageData(0, 0, width, height);
    };
    const [one, other] = [pixels(a), pixels(b)];
    let most = 1;
    for (let i = 0; i < one.data.length; i += 4) {
      for (let c = i; c < i + 3; c += 1) {
        one.data[c] = Math.abs(one.data[c] - other.data[c]);
        most = Math.max(most, one.data[c]);
      }
    }
    for (let i = 0; i < one.data.length; i += 1) if (i % 4 !== 3) one.data[i] = (one.data[i] * 255) / most;
    [this.difference.width, this.difference.height] = [width, height];
    this.difference.getContext("2d").putImageData(one, 0, 0);
  }

  /** Downloads the first picture as PNG. */
  async download(name) {
    const { image } = this.first;
    const canvas = h("canvas", { width: image.naturalWidth, height: image.naturalHeight });
    canvas.getContext("2d").drawImage(image, 0, 0);
    if (this.how === "difference") canvas.getContext("2d").drawImage(this.difference, 0, 0);
    save(await new Promise((resolve) => canvas.toBlob(resolve)), name);
  }
}

/** Hands a blob to the browser as a file. */
export function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
