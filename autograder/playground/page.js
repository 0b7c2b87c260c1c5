// Connects the page with what it computes and draws.

const $ = (id) => document.getElementById(id);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const view = new PlaneView($("plane"));
const MOST_UNDONE = 200;
const LONGEST_CURVE = 1500;
const FRAMES_A_LOOK = 7;
const POINTS_A_LOOK = 50;
const CALM_STEPS = 30; // with reduced motion, a run shows every thirtieth step

let state = firstState();
let found = evaluate(state);
let curve = [{ step: 0, loss: found.loss, data: found.data }];
let selected = -1;
let running = false;
let playing = false; // an experiment moves things by itself
const past = [];
const future = [];

// --- what happened before -------------------------------------------------------------------------------------

const snapshot = () => ({ state: copied(state), curve: [...curve], selected });

/* Call before a change that Undo should take back. */
function remember() {
  past.push(snapshot());
  if (past.length > MOST_UNDONE) past.shift();
  future.length = 0;
}

function restore(from, to, said) {
  if (playing || !from.length) return;
  stop();
  to.push(snapshot());
  ({ state, curve, selected } = from.pop());
  say(said);
  refresh();
}

const undo = () => restore(past, future, "Undone.");
const redo = () => restore(future, past, "Redone.");

let saidDue = 0;

function say(text) {
  $("said").textContent = text;
  $("said").classList.remove("old");
  clearTimeout(saidDue);
  saidDue = setTimeout(() => $("said").classList.add("old"), 5000); // out of sight, still there to be read aloud
}

// --- showing --------------------------------------------------------------------------------------------------

let asked = false;
let linkDue = 0;

/* Something changed: compute now, draw with the next frame. */
function refresh() {
  found = evaluate(state);
  draw();
  clearTimeout(linkDue);
  linkDue = setTimeout(writeLink, running || playing ? 1000 : 150);
}

function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    show();
  });
}

let frames = 0; // since things began to move
const inMotion = () => running || playing || Boolean(dragged?.moved);

/* While things move, the plane follows with every frame; all else about eight times a second, as fast as eyes read,
   and each part with a frame of its own, so that none takes longer than a frame may. */
function show(all = !inMotion()) {
  if (selected >= state.points.length) selected = -1;
  const shown = { regions: $("show-regions").checked, arrows: $("show-arrows").checked };
  view.draw(state, found, { selected, shown });
  const look = Math.floor(frames / FRAMES_A_LOOK);
  const turn = frames++ % FRAMES_A_LOOK;
  const isDue = (part) => all || part === turn;
  if (isDue(0)) drawCurve($("curve"), curve);
  if (isDue(2)) showNumbers();
  if (isDue(4)) showPoint();
  // The longer the table, the longer the browser takes to lay it out, and the more rarely that is done.
  if (isDue(6) && (all || look % Math.ceil(state.points.length / POINTS_A_LOOK) === 0)) showTable();
  if (!inMotion()) showSettings();
}

/* Write a number for eyes, and exactly for programs. */
function write(element, number, digits) {
  const text = short(number, digits);
  if (element.textContent !== text) element.textContent = text;
  element.setAttribute("value", String(number));
}

function showNumbers() {
  write($("loss"), found.loss);
  write($("data-loss"), found.data);
  write($("penalty-loss"), found.penalty);
  write($("steps"), curve.at(-1).step, 0);
  $("right").textContent = `${found.right}/${state.points.length}`;
  const largest = Math.max(0.01, ...found.gradient.map(Math.abs));
  weightCells.forEach(({ input, slope, bar }, k) => {
    fill(input, state.parameters[k]);
    write(slope, found.gradient[k]);
    const share = -found.gradient[k] / largest;
    bar.style.width = `${50 * Math.abs(share)}%`;
    bar.className = share < 0 ? "less" : "more";
  });
}

/* Show a number in its input, unless somebody is just typing there. */
function fill(input, number) {
  input.dataset.exact = String(number);
  const text = String(Number(number.toPrecision(4)));
  if (input.value !== text && !input.dataset.typed) input.value = text;
}

const checked = (name, value) => {
  document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
};

function showSettings() {
  checked("loss", state.loss);
  checked("penalty", state.penalty);
  $("bias").checked = state.bias;
  if ($("loss-text").dataset.of !== state.loss) withSubscripts($("loss-text"), LOSSES[state.loss].text);
  $("loss-text").dataset.of = state.loss;
  for (const key of ["strength", "rate"]) {
    fill($(key), state[key]);
    $(`${key}-slider`).value = toSlider[key](state[key]);
    $(`${key}-slider`).setAttribute("aria-valuetext", String(Number(state[key].toPrecision(4))));
  }
  $("undo").disabled = playing || !past.length;
  $("redo").disabled = playing || !future.length;
  $("run").textContent = running ? "Pause" : "Run";
  $("margin").textContent = `${LOSSES[state.loss].column} of class`;
  $("curve").setAttribute(
    "aria-label",
    `Loss against steps: ${short(curve[0].loss)} at step ${curve[0].step}, ${short(curve.at(-1).loss)} at step ${curve.at(-1).step}`,
  );
}

/* Write a text in which s_j means s with the subscript j. */
function withSubscripts(element, text) {
  const parts = text.split(/_(\w)/).map((part, i) => {
    if (i % 2 === 0) return part;
    const below = document.createElement("sub");
    below.textContent = part;
    return below;
  });
  element.replaceChildren(...parts);
}

const tableRows = [];

function tableRow(i) {
  const row = $("points").tBodies[0].insertRow();
  const heading = document.createElement("th");
  heading.scope = "row";
  row.setAttribute("role", "row");
  heading.setAttribute("role", "rowheader");
  const button = document.createElement("button");
  button.type = "button";
  const swatch = document.createElement("span");
  swatch.setAttribute("aria-hidden", "true");
  const name = document.createElement("span");
  button.append(swatch, name);
  button.addEventListener("click", () => select(i));
  heading.append(button);
  row.append(heading);
  const cells = Array.from({ length: 9 }, () => {
    const data = document.createElement("data");
    const cell = row.insertCell();
    cell.setAttribute("role", "cell");
    cell.append(data);
    return data;
  });
  return { row, button, swatch, name, cells, label: -1 };
}

/* Columns are as wide as five digits on a phone. */
const digitsInTable = (number) => (Math.abs(number) < 100 ? 2 : Math.abs(number) < 1000 ? 1 : 0);

let inSight = [0, 0];

function noteSight() {
  const scroll = $("scroll");
  const height = tableRows.length ? tableRows[0].row.offsetHeight || 30 : 30;
  const first = Math.max(0, Math.floor(scroll.scrollTop / height) - 2);
  inSight = [first, first + Math.ceil(scroll.clientHeight / height) + 3];
}

/* Rows out of sight wait until nothing moves: with hundreds of points they would cost most of a frame. */
function showTable() {
  const count = state.points.length;
  while (tableRows.length < count) tableRows.push(tableRow(tableRows.length));
  while (tableRows.length > count) tableRows.pop().row.remove();
  $("how-many").textContent = count; // fewer may be in sight
  const [from, to] = inMotion() ? inSight.map((i) => Math.min(i, count)) : [0, count];
  const kind = state.loss;
  for (let i = from; i < to; i++) {
    const { x, y, label } = state.points[i];
    const entry = tableRows[i];
    const scores = [...found.scores.subarray(CLASSES * i, CLASSES * (i + 1))];
    if (entry.label !== label) {
      entry.label = label;
      entry.swatch.className = `swatch c${label}`;
      entry.name.textContent = `${i + 1}`;
      entry.button.setAttribute("aria-label", `Point ${i + 1}, class ${label}`);
    }
    if ((i === selected) !== entry.row.classList.contains("selected")) {
      entry.row.classList.toggle("selected", i === selected);
      entry.button.setAttribute("aria-pressed", String(i === selected));
    }
    const numbers = [x, y, ...scores, ...margins(kind, scores, label), found.losses[i]];
    numbers.forEach((number, k) => write(entry.cells[k], number, digitsInTable(number)));
    const costly = found.losses[i] > 0;
    if (costly !== entry.row.classList.contains("costs")) entry.row.classList.toggle("costs", costly);
  }
}

function showPoint() {
  $("one").hidden = selected < 0;
  $("no-point").hidden = selected >= 0;
  $("one-title").textContent = selected < 0 ? "One point" : `Point ${selected + 1}`;
  if (selected < 0) return;
  const { x, y, label } = state.points[selected];
  fill($("point-x"), x);
  fill($("point-y"), y);
  $("point-label").value = String(label);
  const scores = [...found.scores.subarray(CLASSES * selected, CLASSES * (selected + 1))];
  drawScores($("scores"), state.loss, scores, label);
  const told = sentence(scores, label, found.losses[selected]);
  $("told").textContent = told;
  $("scores").setAttribute("aria-label", `Scores of the point: ${scores.map((score) => short(score, 2)).join(", ")}`);
}

/* What a point costs, put together from its scores. */
function sentence(scores, label, loss) {
  const own = scores[label];
  const parts = margins(state.loss, scores, label);
  const total = `Loss ${short(loss)}`;
  if (state.loss === "softmax") return `The right class ${label} has probability ${short(parts[label])}. ${total} = −ln ${short(parts[label])}.`;
  if (state.loss === "ova") {
    const costs = parts.map((part, c) => `class ${c}: max(0, ${short(part, 2)})`);
    return `${costs.join("; ")}. ${total}.`;
  }
  const costs = RIVALS[label].map((c) => `class ${c}: ${short(scores[c], 2)} − ${short(own, 2)} + 1 = ${short(parts[c], 2)}`);
  const rule = state.loss === "cs" ? "the larger of these" : "the sum of these";
  return `${costs.join("; ")}. ${total}, ${rule} as far as above 0.`;
}

// --- links ----------------------------------------------------------------------------------------------------

let lastFragment = ""; // what was read from the address or written there

function writeLink() {
  const fragment = toFragment(state);
  $("link").value = location.href.replace(/#.*$/, "") + fragment;
  if (fragment === lastFragment || running || playing) return;
  if (location.hash !== lastFragment) return; // a link was just followed, and the browser is about to say so
  try {
    history.replaceState(null, "", fragment);
    lastFragment = location.hash;
  } catch {
    // A browser that refuses leaves the link in its field.
  }
}

function readLink() {
  if (location.hash === lastFragment) return;
  lastFragment = location.hash;
  if (!lastFragment.includes("=")) return;
  const read = fromFragment(lastFragment, firstState());
  if (!read) {
    say("This link holds something that cannot be used; nothing was changed.");
    return;
  }
  stop();
  remember();
  state = read;
  selected = -1;
  restartCurve();
  refresh();
}

async function copyLink() {
  writeLink();
  try {
    await navigator.clipboard.writeText($("link").value);
    say("The link is copied.");
  } catch {
    $("link").focus();
    $("link").select();
    say("The link is selected; copy it with the keys of your system.");
  }
}

// --- training -------------------------------------------------------------------------------------------------

function restartCurve() {
  found = evaluate(state);
  curve = [{ step: 0, loss: found.loss, data: found.data }];
}

/* One step of gradient descent; false if it leads beyond all numbers. */
function advance() {
  const next = updated(state, found);
  const there = evaluate({ ...state, parameters: next });
  if (!next.every(Number.isFinite) || !Number.isFinite(there.loss)) {
    say("W has left the range of numbers: the learning rate is too high for this loss.");
    return false;
  }
  state.parameters = next;
  found = there;
  curve.push({ step: curve.at(-1).step + 1, loss: found.loss, data: found.data });
  if (curve.length > LONGEST_CURVE) curve.shift();
  return true;
}

function step() {
  if (playing) return;
  stop();
  remember();
  if (advance()) say(`Step ${curve.at(-1).step}: loss ${short(found.loss)}.`);
  refresh();
}

let nextRun = 0;

function runOn() {
  if (!running) return;
  let on = true;
  for (let i = 0; on && i < (calm.matches ? CALM_STEPS : 1); i++) on = advance();
  if (!on) {
    stop(false);
    return;
  }
  show(calm.matches);
  if (calm.matches) nextRun = setTimeout(runOn, 500);
  else requestAnimationFrame(runOn);
}

function run() {
  if (playing) return;
  if (running) {
    stop();
    return;
  }
  remember();
  running = true;
  beginMoving();
  say("Running.");
  requestAnimationFrame(runOn);
}

function beginMoving() {
  frames = 0;
  noteSight();
  showSettings();
}

function stop(aloud = true) {
  if (!running) return;
  running = false;
  clearTimeout(nextRun);
  if (aloud) say(`Paused at step ${curve.at(-1).step}: loss ${short(found.loss)}, ${found.right} of ${state.points.length} right.`);
  refresh();
}

function setParameters(numbers, said) {
  if (playing) return;
  stop();
  remember();
  state.parameters = numbers;
  restartCurve();
  say(said);
  refresh();
}

// --- numbers that are typed, chosen and slid -------------------------------------------------------------------

const weightCells = [];

function weightTable() {
  ["x₁", "x₂", "b"].forEach((feature, r) => {
    const row = $("weights").tBodies[0].insertRow();
    const heading = document.createElement("th");
    heading.scope = "row";
    heading.textContent = feature;
    row.append(heading);
    for (let c = 0; c < CLASSES; c++) {
      const cell = row.insertCell();
      const input = document.createElement("input");
      Object.assign(input, { type: "number", step: "any", inputMode: "decimal", id: `w-${r}-${c}` });
      input.setAttribute("aria-label", feature === "b" ? `b of class ${c}` : `W of ${feature}, class ${c}`);
      const slope = document.createElement("data");
      slope.id = `g-${r}-${c}`;
      const heard = document.createElement("span");
      heard.className = "heard";
      heard.textContent = "slope ";
      const push = document.createElement("span");
      push.className = "push";
      push.setAttribute("aria-hidden", "true");
      const bar = document.createElement("i");
      push.append(bar);
      const line = document.createElement("div");
      line.className = "slope";
      line.append(heard, slope);
      cell.append(input, line, push);
      weightCells.push({ input, slope, bar });
      editable(input, (number) => {
        state.parameters[CLASSES * r + c] = number;
        restartCurve();
      });
    }
  });
}

/* An input whose number counts as it is typed; Undo takes back all that was typed at once. */
function editable(input, set, low = -1e6, high = 1e6) {
  let begun = false;
  const take = () => {
    const number = input.valueAsNumber;
    const fits = Number.isFinite(number) && number >= low && number <= high;
    input.setAttribute("aria-invalid", String(!fits));
    if (!fits || playing) return;
    stop();
    if (!begun) remember();
    begun = true;
    set(number);
    refresh();
  };
  input.addEventListener("input", () => {
    input.dataset.typed = "yes";
    take();
  });
  input.addEventListener("blur", () => {
    begun = false;
    delete input.dataset.typed;
    input.removeAttribute("aria-invalid");
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const by = (event.shiftKey ? 0.01 : 0.1) * (event.key === "ArrowUp" ? 1 : -1);
    const next = Number(input.dataset.exact) + by;
    input.value = String(Number(next.toPrecision(8)));
    input.dataset.exact = input.value;
    input.dataset.typed = "yes";
    take();
  });
}

// Both sliders are logarithmic; the first place of the strength's is 0.
const fromSlider = {
  strength: (place) => (place === 0 ? 0 : Number((10 ** (-4 + place / 12)).toPrecision(2))),
  rate: (place) => Number((10 ** (-3 + place / 12)).toPrecision(2)),
};
const clampedPlace = (place) => Math.min(60, Math.max(0, Math.round(place)));
const toSlider = {
  strength: (number) => (number <= 0 ? 0 : Math.max(1, clampedPlace(12 * (Math.log10(number) + 4)))),
  rate: (number) => (number <= 0 ? 0 : clampedPlace(12 * (Math.log10(number) + 3))),
};

function slider(key) {
  const input = $(`${key}-slider`);
  let begun = false;
  input.addEventListener("input", () => {
    if (playing) return;
    if (!begun) remember();
    begun = true;
    state[key] = fromSlider[key](Number(input.value));
    refresh();
  });
  input.addEventListener("change", () => (begun = false));
  editable($(key), (number) => (state[key] = number), 0, 1000);
}

function choices(id, name, entries, set) {
  for (const [key, text] of entries) {
    const box = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value: key });
    input.addEventListener("change", () => {
      if (playing) return;
      stop();
      remember();
      set(key);
      restartCurve();
      say(`${text}: loss ${short(found.loss)}.`);
      refresh();
    });
    box.append(input, text);
    $(id).append(box);
  }
}

// --- points: by pointer, by touch, by keyboard -----------------------------------------------------------------

function select(i) {
  selected = i;
  if (i >= 0) announce();
  draw();
}

function announce() {
  const { x, y, label } = state.points[selected];
  say(`Point ${selected + 1}, class ${label}, at ${short(x, 2)}, ${short(y, 2)}: loss ${short(found.losses[selected])}.`);
}

const brush = () => Number(document.querySelector('input[name="brush"]:checked').value);

function addPoint(x, y) {
  if (playing) return;
  if (state.points.length >= MOST_POINTS) {
    say(`There are ${MOST_POINTS} points already; remove some first.`);
    return;
  }
  remember();
  state.points.push({ x: within(x), y: within(y), label: brush() });
  selected = state.points.length - 1;
  refresh();
  announce();
}

function removePoint() {
  if (playing || selected < 0) return;
  remember();
  state.points.splice(selected, 1);
  say(`Point ${selected + 1} is removed; ${state.points.length} are left.`);
  selected = -1;
  refresh();
}

function nearest(left, top, reach) {
  let [best, distance] = [-1, reach];
  state.points.forEach((point, i) => {
    const [x, y] = view.at(point.x, point.y);
    const away = Math.hypot(left - x, top - y);
    if (away <= distance) [best, distance] = [i, away];
  });
  return best;
}

let dragged = null; // { id, point, moved, start }

function pointerPlace(event) {
  const box = $("plane").getBoundingClientRect();
  return [event.clientX - box.left - $("plane").clientLeft, event.clientY - box.top - $("plane").clientTop];
}

const reachOf = (event) => (event.pointerType === "touch" ? 24 : 13);

function pointerDown(event) {
  if (playing || event.button > 0 || dragged) return;
  const [left, top] = pointerPlace(event);
  const point = nearest(left, top, reachOf(event));
  dragged = { id: event.pointerId, point, moved: false, start: [left, top] };
  if (point < 0) return;
  $("plane").setPointerCapture(event.pointerId);
  select(point);
}

function pointerMove(event) {
  const [left, top] = pointerPlace(event);
  if (!dragged) {
    $("plane").style.cursor = nearest(left, top, reachOf(event)) < 0 ? "crosshair" : "grab";
    return;
  }
  if (event.pointerId !== dragged.id) return;
  const far = Math.hypot(left - dragged.start[0], top - dragged.start[1]) > 3;
  if (!dragged.moved && !far) return;
  if (dragged.point >= 0) {
    if (!dragged.moved) {
      remember();
      beginMoving();
    }
    const [x, y] = view.under(left, top);
    Object.assign(state.points[dragged.point], { x: within(x), y: within(y) });
    $("plane").style.cursor = "grabbing";
    refresh();
  }
  dragged.moved = true;
}

function pointerUp(event) {
  if (!dragged || event.pointerId !== dragged.id) return;
  const { point, moved, start } = dragged;
  dragged = null;
  if (point >= 0 && moved) {
    announce();
    draw();
  }
  if (point < 0 && !moved) addPoint(...view.under(...start));
}

function planeKeys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || playing) return;
  const count = state.points.length;
  const by = event.shiftKey ? 0.01 : 0.1;
  const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] };
  if (moves[event.key] && selected >= 0) {
    const point = state.points[selected];
    if (!event.repeat) remember();
    Object.assign(point, { x: within(point.x + moves[event.key][0]), y: within(point.y + moves[event.key][1]) });
    refresh();
    announce();
  } else if (event.key === "PageDown" && count) select((selected + 1) % count);
  else if (event.key === "PageUp" && count) select((selected + count - (selected < 0 ? 0 : 1)) % count);
  else if (event.key === "Delete" || event.key === "Backspace") removePoint();
  else if (event.key === "Insert" || event.key.toLowerCase() === "a") addPoint(0, 0);
  else if (event.key === "Escape") select(-1);
  else if (["0", "1", "2"].includes(event.key) && selected >= 0) relabel(Number(event.key));
  else return;
  event.preventDefault();
}

function relabel(label) {
  if (playing) return;
  remember();
  state.points[selected].label = label;
  refresh();
  announce();
}

// --- predict, then look ----------------------------------------------------------------------------------------

let challenge = null;
let leftBehind = ""; // by the last experiment: there is nothing of the reader's own in it to remember
const outcomes = {};

function openChallenge(chosen) {
  if (playing) return;
  stop();
  remember();
  challenge = chosen;
  beginChallenge();
  $("challenge").hidden = false;
  $("challenge-title").textContent = chosen.title;
  $("ask").textContent = chosen.ask;
  $("verdict").replaceChildren();
  $("answers").replaceChildren(...(chosen.options ? optionInputs(chosen) : numberInputs(chosen)));
  $("look").disabled = true;
  leftBehind = toFragment(state);
  showTabs();
  refresh();
}

function beginChallenge() {
  state = challenge.begin();
  selected = challenge.marked ? challenge.marked(state) : -1;
  restartCurve();
}

function optionInputs(chosen) {
  return Object.entries(chosen.options).map(([key, text]) => {
    const box = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "prediction", value: key });
    box.append(input, text);
    return box;
  });
}

function numberInputs(chosen) {
  return Object.entries(chosen.numbers).map(([key, text]) => {
    const box = document.createElement("label");
    box.className = "field";
    const input = document.createElement("input");
    Object.assign(input, { type: "number", step: "any", name: key, inputMode: "decimal" });
    box.append(`${text} `, input);
    return box;
  });
}

function prediction() {
  const form = new FormData($("challenge"));
  if (challenge.options) return form.get("prediction");
  const numbers = Object.fromEntries(
    Object.keys(challenge.numbers).map((key) => [key, form.get(key) === "" ? NaN : Number(form.get(key))]),
  );
  return Object.values(numbers).every(Number.isFinite) ? numbers : null;
}

/* Each time from the same beginning, so that looking again shows the same. */
async function look(event) {
  event.preventDefault();
  const predicted = prediction();
  if (playing || predicted === null) return;
  stop();
  if (toFragment(state) !== leftBehind) remember();
  beginChallenge();
  play(true);
  $("verdict").replaceChildren();
  const away = bringIntoView($("plane"));
  try {
    const { answer, told, why } = await challenge.play(stage);
    judge(predicted, answer, told, why);
  } finally {
    play(false);
    if (curve.at(-1).step === 0) restartCurve(); // nothing descended: the curve begins where things are now
    leftBehind = toFragment(state);
    $("look").textContent = "Look again";
    refresh();
  }
  if (away) bringIntoView($("verdict"));
}

/* While an experiment runs, nothing else may be changed. */
function play(on) {
  playing = on;
  beginMoving();
  for (const part of document.querySelectorAll(".still")) part.inert = on;
}

/* Scroll to what would be out of sight, as on a phone; true if that was necessary. */
function bringIntoView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return false;
  element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  return true;
}

async function drawn() {
  if (calm.matches) return;
  await new Promise(requestAnimationFrame);
  show();
}

const stage = {
  get state() {
    return state;
  },
  /* Call `change` with a share from 0 to 1, once for each frame; with reduced motion only the last is drawn. */
  async animate(frames, change) {
    for (let i = 1; i <= frames; i++) {
      change(i / frames);
      found = evaluate(state);
      await drawn();
    }
  },
  async descend(steps) {
    for (let i = 0; i < steps && advance(); i++) await drawn();
  },
};

const CLOSE = 0.02; // a predicted number is right if it is this close

function judge(predicted, answer, told, why) {
  let right, was;
  if (challenge.options) {
    right = predicted === answer;
    was = right ? "As you predicted." : `Not as you predicted: “${challenge.options[answer]}” is what happened.`;
  } else {
    const off = Object.keys(answer).filter((key) => Math.abs(predicted[key] - answer[key]) > CLOSE);
    right = !off.length;
    was = right ? "As you predicted." : `Not as you predicted: ${off.map((key) => `${challenge.numbers[key]} is ${short(answer[key])}`).join(", ")}.`;
  }
  outcomes[challenge.id] ??= right; // the first prediction counts; after that one knows
  const paragraphs = [was, told, why].map((text) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    return paragraph;
  });
  paragraphs[0].className = right ? "right" : "wrong";
  paragraphs[2].className = "why";
  $("verdict").replaceChildren(...paragraphs);
  showTabs();
}

function showTabs() {
  CHALLENGES.forEach((it, i) => {
    const button = $("challenges").children[i];
    const known = it.id in outcomes;
    button.className = known ? (outcomes[it.id] ? "right" : "wrong") : "";
    button.setAttribute("aria-pressed", String(it === challenge));
    button.setAttribute("aria-label", `${it.title}${known ? (outcomes[it.id] ? ", predicted" : ", not predicted") : ""}`);
  });
  const done = Object.values(outcomes);
  if (done.length) $("tally").textContent = `${done.filter(Boolean).length} of ${done.length} predicted.`;
  $("look").textContent = "Look";
}

// --- begin ----------------------------------------------------------------------------------------------------

function begin() {
  readPalette();
  weightTable();
  choices("losses", "loss", Object.entries(LOSSES).map(([key, { name }]) => [key, name]), (key) => (state.loss = key));
  choices("penalties", "penalty", Object.entries(PENALTIES), (key) => (state.penalty = key));
  slider("strength");
  slider("rate");
  $("bias").addEventListener("change", () => {
    stop();
    remember();
    state.bias = $("bias").checked;
    restartCurve();
    refresh();
  });
  for (const [key, { name }] of Object.entries(DATA)) $("data").append(new Option(name, key));
  $("data").addEventListener("change", () => {
    const set = DATA[$("data").value];
    $("data").value = "";
    if (!set || playing) return;
    stop();
    remember();
    state.points = set.points();
    selected = -1;
    restartCurve();
    say(`${state.points.length} points: loss ${short(found.loss)}.`);
    refresh();
  });

  $("run").addEventListener("click", run);
  $("step").addEventListener("click", step);
  const random = () => Number((1.2 * normal(Math.random)).toFixed(3));
  $("restart").addEventListener("click", () => setParameters(Array.from({ length: PARAMETERS }, random), "New random weights."));
  $("zero").addEventListener("click", () => setParameters(Array(PARAMETERS).fill(0), "All weights are 0."));
  $("undo").addEventListener("click", undo);
  $("redo").addEventListener("click", redo);
  $("copy").addEventListener("click", copyLink);
  $("link").addEventListener("focus", () => $("link").select());

  const canvas = $("plane");
  canvas.addEventListener("pointerdown", pointerDown);
  canvas.addEventListener("pointermove", pointerMove);
  canvas.addEventListener("pointerup", pointerUp);
  canvas.addEventListener("pointercancel", () => {
    dragged = null;
    draw();
  });
  canvas.addEventListener("keydown", planeKeys);
  // A finger on a point drags it; anywhere else it scrolls the page, as on any other page.
  canvas.addEventListener(
    "touchstart",
    (event) => {
      if (event.touches.length === 1 && nearest(...pointerPlace(event.touches[0]), 24) >= 0) event.preventDefault();
    },
    { passive: false },
  );

  const place = (key) => (number) => (state.points[selected][key] = number);
  editable($("point-x"), place("x"), -EDGE, EDGE);
  editable($("point-y"), place("y"), -EDGE, EDGE);
  $("point-label").addEventListener("change", () => relabel(Number($("point-label").value)));
  $("remove").addEventListener("click", () => {
    removePoint();
    canvas.focus();
  });

  CHALLENGES.forEach((it, i) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: it.title });
    button.addEventListener("click", () => openChallenge(it));
    $("challenges").append(button);
  });
  showTabs();
  $("challenge").addEventListener("submit", look);
  $("challenge").addEventListener("input", () => ($("look").disabled = playing || prediction() === null));

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches?.("input[type=number], input[type=text]")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) redo();
    else return;
    event.preventDefault();
  });
  for (const id of ["show-regions", "show-arrows"]) $(id).addEventListener("change", draw);
  $("scroll").addEventListener("scroll", () => {
    noteSight();
    draw();
  }, { passive: true });
  window.addEventListener("hashchange", readLink);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readPalette();
    draw();
  });
  watchSizes([canvas, $("curve"), $("scores")], draw);
  readLink();
  past.length = 0; // a link that the page is opened with is where it begins
  refresh();
}

begin();
