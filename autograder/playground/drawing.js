// Draws the plane, the loss curve and the scores of one point. Colours come from the page's style, light or dark.

const COLOURS = ["ink", "soft", "line", "paper", "accent", "class-0", "class-1", "class-2"];
let palette = {};

function readPalette() {
  const style = getComputedStyle(document.documentElement);
  palette = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  stamps.clear();
  palette.rgb = [0, 1, 2].map((c) => palette[`class-${c}`].match(/\w\w/g).map((part) => parseInt(part, 16)));
}

// How large each canvas is, in CSS pixels. Asking it while numbers are being written would lay out the page each time.
const sizes = new Map();

function watchSizes(canvases, changed) {
  const note = (canvas) => sizes.set(canvas, [canvas.clientWidth, canvas.clientHeight]);
  canvases.forEach(note);
  const observer = new ResizeObserver((entries) => {
    entries.forEach((entry) => note(entry.target));
    changed();
  });
  canvases.forEach((canvas) => observer.observe(canvas));
}

/* Return a canvas' context, in CSS pixels, cleared, and how large it is. */
function cleared(canvas) {
  const [width, height] = sizes.get(canvas);
  const [wide, high] = [Math.round(width * sharpness()), Math.round(height * sharpness())];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const pen = canvas.getContext("2d", { alpha: false }); // nothing below it has to be mixed in
  pen.setTransform(sharpness(), 0, 0, sharpness(), 0, 0);
  pen.fillStyle = palette.paper;
  pen.fillRect(0, 0, width, height);
  pen.lineJoin = pen.lineCap = "round";
  return { pen, width, height };
}

const FONT = 'system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

// Points look the same wherever they stand: class 0 is a circle, 1 a square, 2 a triangle.
function mark(pen, label, x, y, radius) {
  pen.beginPath();
  if (label === 0) pen.arc(x, y, radius, 0, 2 * Math.PI);
  else if (label === 1) pen.rect(x - 0.88 * radius, y - 0.88 * radius, 1.76 * radius, 1.76 * radius);
  else {
    pen.moveTo(x, y - 1.2 * radius);
    pen.lineTo(x + 1.1 * radius, y + 0.75 * radius);
    pen.lineTo(x - 1.1 * radius, y + 0.75 * radius);
    pen.closePath();
  }
}

function arrow(pen, from, to, width, colour) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < 2) return;
  const head = Math.min(length, 6 + 2 * width);
  const [ux, uy] = [dx / length, dy / length];
  const base = [to[0] - head * ux, to[1] - head * uy];
  const half = 0.48 * head;
  const shape = new Path2D();
  shape.moveTo(...to);
  shape.lineTo(base[0] - half * uy, base[1] + half * ux);
  shape.lineTo(base[0] + half * uy, base[1] - half * ux);
  shape.closePath();
  const line = new Path2D();
  line.moveTo(...from);
  line.lineTo(...base);
  pen.strokeStyle = palette.paper; // a rim that keeps it apart from what it crosses
  pen.lineWidth = width + 3;
  pen.stroke(line);
  pen.lineWidth = 3;
  pen.stroke(shape);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = width;
  pen.stroke(line);
  pen.fill(shape);
}

function label(pen, text, x, y, colour) {
  pen.lineWidth = 4;
  pen.strokeStyle = palette.paper;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

// A point as it is drawn again and again: its mark, and a ring as wide as its loss, in one of a few widths.
const stamps = new Map();
const WIDEST_RING = 5;
const sharpness = () => Math.min(2, window.devicePixelRatio || 1);

function stamp(label, radius, loss) {
  const ring = loss > 0.02 ? Math.min(WIDEST_RING, 0.5 * Math.round(1 + 3 * loss)) : 0;
  const key = `${label} ${radius} ${ring} ${sharpness()}`;
  if (!stamps.has(key)) stamps.set(key, drawnStamp(label, radius, ring));
  return stamps.get(key);
}

function drawnStamp(label, radius, ring) {
  const half = Math.ceil(1.3 * radius + WIDEST_RING + 3);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * half * sharpness();
  const pen = canvas.getContext("2d");
  pen.scale(sharpness(), sharpness());
  pen.lineJoin = "round";
  if (ring) {
    pen.globalAlpha = 0.85;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = ring;
    mark(pen, label, half, half, radius + 1 + ring / 2);
    pen.stroke();
    pen.globalAlpha = 1;
  }
  pen.fillStyle = palette[`class-${label}`];
  pen.strokeStyle = palette.paper;
  pen.lineWidth = 1.25;
  mark(pen, label, half, half, radius);
  pen.fill();
  pen.stroke();
  return { canvas, half };
}

// For softmax, the classes' colours are mixed by their probabilities on a coarse grid that is then stretched.
const MIXED = 72;
const mixture = document.createElement("canvas");
mixture.width = mixture.height = MIXED;

function mixProbabilities(parameters) {
  const pen = mixture.getContext("2d");
  const image = pen.createImageData(MIXED, MIXED);
  const planes = [0, 1, 2].map((c) => plane(parameters, c));
  for (let i = 0, at = 0; i < MIXED; i++) {
    const y = EDGE - (2 * EDGE * (i + 0.5)) / MIXED;
    for (let j = 0; j < MIXED; j++, at += 4) {
      const x = -EDGE + (2 * EDGE * (j + 0.5)) / MIXED;
      const scores = planes.map(([a, b, d]) => a * x + b * y + d);
      const most = Math.max(scores[0], scores[1], scores[2]);
      const parts = [Math.exp(scores[0] - most), Math.exp(scores[1] - most), Math.exp(scores[2] - most)];
      const total = parts[0] + parts[1] + parts[2];
      for (let k = 0; k < 3; k++) {
        image.data[at + k] =
          (parts[0] * palette.rgb[0][k] + parts[1] * palette.rgb[1][k] + parts[2] * palette.rgb[2][k]) / total;
      }
      image.data[at + 3] = 20 + 100 * (1 / total - 1 / 3);
    }
  }
  pen.putImageData(image, 0, 0);
}

class PlaneView {
  constructor(canvas) {
    this.canvas = canvas;
  }

  /* Where a point of the plane is on the canvas, and back. */
  at(x, y) {
    const [size] = sizes.get(this.canvas);
    return [((x + EDGE) / (2 * EDGE)) * size, ((EDGE - y) / (2 * EDGE)) * size];
  }

  under(left, top) {
    const [size] = sizes.get(this.canvas);
    return [(left / size) * 2 * EDGE - EDGE, EDGE - (top / size) * 2 * EDGE];
  }

  draw(state, found, { selected, shown }) {
    const { pen, width } = cleared(this.canvas);
    this.radius = Math.max(5, Math.min(7.5, width / 80)) * (state.points.length > 100 ? 0.75 : 1);
    if (shown.regions) this.regions(pen, width, state);
    this.grid(pen, width);
    if (shown.regions) this.boundaries(pen, state);
    this.points(pen, state, found, selected);
    if (shown.arrows) this.arrows(pen, state, found);
  }

  trace(pen, polygon) {
    pen.beginPath();
    polygon.forEach(([x, y]) => pen.lineTo(...this.at(x, y)));
    pen.closePath();
  }

  regions(pen, width, state) {
    if (state.loss === "softmax") {
      mixProbabilities(state.parameters);
      pen.imageSmoothingEnabled = true;
      pen.drawImage(mixture, 0, 0, width, width);
      return;
    }
    for (let c = 0; c < CLASSES; c++) {
      pen.fillStyle = palette[`class-${c}`];
      pen.globalAlpha = 0.12;
      this.trace(pen, won(state.parameters, c));
      pen.fill();
      pen.globalAlpha = 0.16;
      this.trace(pen, content(state.loss, state.parameters, c));
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  grid(pen, width) {
    pen.font = `11px ${FONT}`;
    pen.textAlign = "left";
    pen.lineWidth = 1;
    for (let i = 1 - EDGE; i < EDGE; i++) {
      const [left, top] = this.at(i, i);
      pen.strokeStyle = palette.line;
      pen.globalAlpha = i === 0 ? 1 : 0.45;
      pen.beginPath();
      pen.moveTo(left, 0);
      pen.lineTo(left, width);
      pen.moveTo(0, top);
      pen.lineTo(width, top);
      pen.stroke();
      pen.globalAlpha = 1;
      pen.fillStyle = palette.soft;
      pen.fillText(String(i).replace("-", "−"), left + 3, width - 4);
      if (i !== 1 - EDGE || width > 400) pen.fillText(String(i).replace("-", "−"), 4, top - 3);
    }
    pen.fillText("x₁", width - 15, width - 4);
    pen.fillText("x₂", 4, 12);
  }

  boundaries(pen, state) {
    pen.lineWidth = 1.75;
    pen.strokeStyle = palette.ink;
    for (let c = 0; c < CLASSES; c++) {
      pen.globalAlpha = 0.75;
      this.edges(pen, won(state.parameters, c), []);
      pen.globalAlpha = 0.9;
      pen.strokeStyle = palette[`class-${c}`];
      this.edges(pen, content(state.loss, state.parameters, c), [6, 5]);
      pen.strokeStyle = palette.ink;
    }
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }

  /* Draw the edges of a region that are not the plane's own. */
  edges(pen, polygon, dashes) {
    pen.setLineDash(dashes);
    pen.beginPath();
    polygon.forEach(([x, y], i) => {
      const [nextX, nextY] = polygon[(i + 1) % polygon.length];
      const outside = (here, there) => here === there && Math.abs(here) === EDGE;
      if (outside(x, nextX) || outside(y, nextY)) return;
      pen.moveTo(...this.at(x, y));
      pen.lineTo(...this.at(nextX, nextY));
    });
    pen.stroke();
  }

  points(pen, state, found, selected) {
    state.points.forEach((point, i) => {
      const [left, top] = this.at(point.x, point.y);
      const { canvas, half } = stamp(point.label, this.radius, found.losses[i]);
      const snapped = (place) => Math.round((place - half) * sharpness()) / sharpness(); // not between pixels: faster, sharper
      pen.drawImage(canvas, snapped(left), snapped(top), 2 * half, 2 * half);
      if (i === selected) {
        pen.strokeStyle = palette.accent;
        pen.lineWidth = 2.5;
        pen.beginPath();
        pen.arc(left, top, this.radius + 8, 0, 2 * Math.PI);
        pen.stroke();
      }
    });
  }

  /* Each class's column of W from the origin, and from its tip where the descent pulls it: minus the gradient. */
  arrows(pen, state, found) {
    pen.font = `600 13px ${FONT}`;
    pen.textAlign = "center";
    const names = [];
    for (let c = 0; c < CLASSES; c++) {
      const [a, b] = plane(state.parameters, c);
      const [da, db] = plane(found.gradient, c);
      const end = this.clipped([0, 0], [a, b]);
      const tip = this.at(...end);
      arrow(pen, this.at(0, 0), tip, 3, palette[`class-${c}`]);
      arrow(pen, tip, this.at(...this.clipped(end, [end[0] - da, end[1] - db])), 1.75, palette.ink);
      const length = Math.hypot(a, b) || 1;
      names.push([`w${"₀₁₂"[c]}`, tip[0] + (14 * a) / length, tip[1] - (14 * b) / length + 4, c]);
    }
    const [width] = sizes.get(this.canvas);
    for (const [text, left, top, c] of names) {
      label(pen, text, Math.min(width - 12, Math.max(12, left)), Math.min(width - 8, Math.max(14, top)), palette[`class-${c}`]);
    }
  }

  /* An arrow that would leave the plane ends at its edge. */
  clipped([x, y], [toX, toY]) {
    const reach = EDGE - 0.08;
    const room = (from, to) => (Math.abs(to) <= reach ? 1 : (Math.sign(to) * reach - from) / (to - from));
    const share = Math.max(0, Math.min(1, room(x, toX), room(y, toY)));
    return [x + share * (toX - x), y + share * (toY - y)];
  }
}

/* A number as it is shown: short, with a minus sign that lines up. */
function short(number, digits = 3) {
  if (Number.isNaN(number)) return "–";
  const size = Math.abs(number);
  const text = size !== 0 && (size >= 1e5 || size < 0.5 * 10 ** -digits) ? number.toExponential(1) : number.toFixed(digits);
  return text.replace(/-/g, "−").replace(/^−(0\.?0*)$/, "$1");
}

function drawCurve(canvas, curve) {
  const { pen, width, height } = cleared(canvas);
  const [left, right, top, bottom] = [44, 10, 10, 22];
  pen.font = `11px ${FONT}`;
  pen.fillStyle = palette.soft;
  const most = Math.max(0.1, ...curve.map(({ loss }) => Math.min(loss, 1e6)));
  const unit = 10 ** Math.floor(Math.log10(most));
  const step = [0.25, 0.5, 1, 2, 5].map((part) => part * unit).find((part) => most / part <= 4);
  const ceiling = step * Math.ceil(most / step);
  const last = curve.length ? curve[curve.length - 1].step : 0;
  const first = curve.length ? curve[0].step : 0;
  const across = (at) => left + ((at - first) / Math.max(20, last - first)) * (width - left - right);
  const up = (loss) => top + (1 - Math.min(loss, ceiling) / ceiling) * (height - top - bottom);
  pen.lineWidth = 1;
  pen.strokeStyle = palette.line;
  pen.textAlign = "right";
  for (let tick = 0; tick <= ceiling * 1.001; tick += step) {
    pen.beginPath();
    pen.moveTo(left, up(tick));
    pen.lineTo(width - right, up(tick));
    pen.stroke();
    pen.fillText(tick >= 1000 ? tick.toExponential(0) : String(Number(tick.toPrecision(3))), left - 6, up(tick) + 4);
  }
  pen.fillText(String(Math.max(first + 20, last)), width - right, height - 5);
  pen.textAlign = "left";
  pen.fillText(String(first), left, height - 5);
  pen.textAlign = "center";
  pen.fillText("steps", (left + width - right) / 2, height - 5);
  const line = (key, colour, dashes, thick) => {
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.setLineDash(dashes);
    pen.beginPath();
    curve.forEach((entry) => pen.lineTo(across(entry.step), up(entry[key])));
    pen.stroke();
    pen.setLineDash([]);
  };
  line("data", palette.soft, [4, 4], 1.5);
  line("loss", palette.accent, [], 2.25);
  if (!curve.length) return;
  pen.fillStyle = palette.accent;
  pen.beginPath();
  pen.arc(across(last), up(curve[curve.length - 1].loss), 3.5, 0, 2 * Math.PI);
  pen.fill();
}

/* The three scores of one point on a line, and how far each wrong one has come beyond where it should stay. */
function drawScores(canvas, kind, scores, own) {
  const { pen, width } = cleared(canvas);
  const [left, right, row, top] = [30, 14, 30, 26];
  const probable = kind === "softmax";
  const numbers = probable ? margins(kind, scores, own) : scores;
  const goals = probable ? [] : kind === "ova" ? [-1, 1] : [scores[own] - 1, scores[own]];
  const low = probable ? 0 : Math.min(...numbers, ...goals, 0) - 0.3;
  const high = probable ? 1 : Math.max(...numbers, ...goals, 0) + 0.3;
  const across = (number) => left + ((number - low) / (high - low)) * (width - left - right);
  pen.font = `11px ${FONT}`;
  pen.textAlign = "center";
  const strongest = RIVALS[own].reduce((best, c) => (scores[c] > scores[best] ? c : best));
  numbers.forEach((number, c) => {
    const y = top + row * c + row / 2;
    const colour = palette[`class-${c}`];
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(width - right, y);
    pen.stroke();
    pen.fillStyle = colour;
    mark(pen, c, 13, y, 6);
    pen.fill();
    pen.globalAlpha = 0.35;
    if (probable) pen.fillRect(across(0), y - 8, across(number) - across(0), 16);
    else {
      const goal = kind === "ova" ? (c === own ? 1 : -1) : scores[own] - 1;
      const costs = kind === "ova" && c === own ? number < goal : (kind === "ova" || c !== own) && number > goal;
      const counts = kind !== "cs" || c === strongest;
      if (costs && counts) {
        const [from, to] = [across(goal), across(number)].sort((a, b) => a - b);
        pen.fillRect(from, y - 8, to - from, 16);
      }
    }
    pen.globalAlpha = 1;
    mark(pen, c, across(number), y, 5.5);
    pen.fill();
    if (c === own) {
      pen.strokeStyle = palette.ink;
      pen.lineWidth = 1.5;
      pen.stroke();
    }
  });
  pen.fillStyle = palette.soft;
  const bottom = top + 3 * row;
  if (probable) {
    for (const tick of [0, 0.5, 1]) pen.fillText(`${tick}`, across(tick), bottom + 12);
    pen.fillText("probability", across(0.5), 14);
    return;
  }
  pen.strokeStyle = palette.soft;
  pen.setLineDash([4, 4]);
  const told = kind === "ova" ? ["−1", "1"] : [`s${"₀₁₂"[own]} − 1`, ""];
  goals.forEach((goal, i) => {
    if (!told[i]) return;
    pen.beginPath();
    pen.moveTo(across(goal), top - 6);
    pen.lineTo(across(goal), bottom);
    pen.stroke();
    pen.fillText(told[i], Math.max(left + 10, across(goal)), 14);
  });
  pen.setLineDash([]);
  for (let tick = Math.ceil(low); tick <= high; tick += Math.max(1, Math.ceil((high - low) / 8))) {
    pen.fillText(String(tick).replace("-", "−"), across(tick), bottom + 12);
  }
}
