// What a linear classifier of points in the plane computes: scores, losses, penalties, and the slopes of all of it.

const CLASSES = 3;
const EDGE = 3; // the plane reaches from -EDGE to EDGE in both directions
const MOST_POINTS = 300;
const ELASTIC = 0.5; // the share of the squares in the elastic penalty
const LOSSES = {
  ww: {
    name: "Weston-Watkins",
    text: "Every wrong class j costs max(0, s_j − s_y + 1): it must stay 1 behind the right class y.",
    column: "Margin",
  },
  ova: {
    name: "one-vs-all",
    text: "Every class by itself: the right one costs max(0, 1 − s_y), each wrong one max(0, 1 + s_j).",
    column: "Margin",
  },
  cs: {
    name: "Crammer-Singer",
    text: "Only the strongest rival counts: max(0, 1 + max s_j − s_y).",
    column: "Margin",
  },
  softmax: {
    name: "softmax",
    text: "The scores become probabilities p; a point costs −ln p_y. It is never quite 0.",
    column: "Probability",
  },
};
const PENALTIES = { l2: "L2", l1: "L1", elastic: "elastic" };

// Numbers that carry their slopes. A number is a row: its value, then how fast it changes with each of the nine
// parameters. Every operation derives its result's slopes from those of what it is given, so no loss needs a formula
// for its gradient. Rows live in one array that is used again for each evaluation: nothing is left to collect.
const PARAMETERS = 3 * CLASSES; // W row by row, then b
const WIDTH = 1 + PARAMETERS;
let rows = new Float64Array(WIDTH * 8192);
let used = 0;

function fresh() {
  if ((used + 1) * WIDTH > rows.length) {
    const larger = new Float64Array(2 * rows.length);
    larger.set(rows);
    rows = larger;
  }
  return used++ * WIDTH;
}

const value = (a) => rows[a];

function constant(number) {
  const out = fresh();
  rows.fill(0, out, out + WIDTH);
  rows[out] = number;
  return out;
}

function parameter(number, place) {
  const out = constant(number);
  rows[out + 1 + place] = 1;
  return out;
}

function combined(a, times, b, timesB, plus = 0) {
  const out = fresh();
  for (let k = 0; k < WIDTH; k++) rows[out + k] = times * rows[a + k] + timesB * rows[b + k];
  rows[out] += plus;
  return out;
}

function scaled(a, slope, number) {
  const out = fresh();
  for (let k = 1; k < WIDTH; k++) rows[out + k] = slope * rows[a + k];
  rows[out] = number;
  return out;
}

const added = (a, b) => combined(a, 1, b, 1);
const square = (a) => scaled(a, 2 * value(a), value(a) ** 2);
const magnitude = (a) => scaled(a, Math.sign(value(a)), Math.abs(value(a)));
const hinge = (a) => (value(a) > 0 ? a : constant(0));
const larger = (a, b) => (value(b) > value(a) ? b : a);

// ln(e^a + e^b), without ever forming a large exponential.
function joined(a, b) {
  const difference = value(b) - value(a);
  const shrunk = Math.exp(-Math.abs(difference));
  const share = difference > 0 ? 1 / (1 + shrunk) : shrunk / (1 + shrunk);
  const out = combined(a, 1 - share, b, share);
  rows[out] = Math.max(value(a), value(b)) + Math.log1p(shrunk);
  return out;
}

const rivals = (label) => [0, 1, 2].filter((c) => c !== label);
const RIVALS = [0, 1, 2].map(rivals);
const lag = (scores, c, label) => combined(scores[c], 1, scores[label], -1, 1);

const POINT_LOSS = {
  ww(scores, label) {
    const [one, other] = RIVALS[label];
    return added(hinge(lag(scores, one, label)), hinge(lag(scores, other, label)));
  },
  ova(scores, label) {
    return scores.map((score, c) => hinge(scaled(score, ...outwards(score, c === label)))).reduce(added);
  },
  cs(scores, label) {
    const [one, other] = RIVALS[label];
    return hinge(larger(lag(scores, one, label), lag(scores, other, label)));
  },
  softmax(scores, label) {
    return combined(scores.reduce(joined), 1, scores[label], -1);
  },
};

// How far a score lies short of 1 on its own side, as slope and value.
const outwards = (score, own) => (own ? [-1, 1 - value(score)] : [1, 1 + value(score)]);

const WEIGHT_PENALTY = {
  l2: square,
  l1: magnitude,
  elastic: (w) => combined(square(w), ELASTIC, magnitude(w), 1),
};

/* Everything about a state. `parameters` are W[0][0..2], W[1][0..2], b[0..2]. */
function evaluate(state) {
  used = 0;
  const { points, parameters } = state;
  const variables = Array.from(parameters, parameter);
  const count = points.length;
  const found = {
    scores: new Float64Array(CLASSES * count),
    losses: new Float64Array(count),
    data: 0,
    penalty: 0,
    loss: 0,
    gradient: new Float64Array(PARAMETERS),
    right: 0,
  };
  const one = constant(1);
  let total = constant(0);
  const start = used;
  points.forEach((point, i) => {
    const scores = [0, 1, 2].map((c) =>
      added(combined(variables[c], point.x, variables[CLASSES + c], point.y), variables[2 * CLASSES + c]),
    );
    const loss = POINT_LOSS[state.loss](scores, point.label);
    for (let c = 0; c < CLASSES; c++) found.scores[CLASSES * i + c] = value(scores[c]);
    found.losses[i] = value(loss);
    found.right += RIVALS[point.label].every((c) => value(scores[c]) < value(scores[point.label]));
    for (let k = 0; k < WIDTH; k++) rows[total + k] += rows[loss + k] / count;
    used = start; // what this point needed is no longer read
  });
  found.data = value(total);
  let penalty = constant(0);
  for (let k = 0; k < (state.bias ? PARAMETERS : 2 * CLASSES); k++) {
    penalty = added(penalty, WEIGHT_PENALTY[state.penalty](variables[k]));
  }
  total = combined(total, 1, penalty, state.strength);
  found.penalty = state.strength * value(penalty);
  found.loss = value(total);
  for (let k = 0; k < PARAMETERS; k++) found.gradient[k] = rows[total + 1 + k];
  return found;
}

/* What a point's table row shows beside its scores: margins, or probabilities. NaN where there is none. */
function margins(kind, scores, label) {
  if (kind === "softmax") {
    const all = Math.max(...scores);
    const parts = scores.map((score) => Math.exp(score - all));
    return parts.map((part) => part / (parts[0] + parts[1] + parts[2]));
  }
  if (kind === "ova") return scores.map((score, c) => (c === label ? 1 - score : 1 + score));
  return scores.map((score, c) => (c === label ? NaN : score - scores[label] + 1));
}

function updated(state, found) {
  return state.parameters.map((number, k) => number - state.rate * found.gradient[k]);
}

// The plane as a polygon, and the part of it where conditions a x + b y + c >= 0 hold.
const SQUARE = [
  [-EDGE, -EDGE],
  [EDGE, -EDGE],
  [EDGE, EDGE],
  [-EDGE, EDGE],
];

function region(conditions) {
  return conditions.reduce((polygon, [a, b, c]) => {
    const kept = [];
    polygon.forEach(([x, y], i) => {
      const [nextX, nextY] = polygon[(i + 1) % polygon.length];
      const here = a * x + b * y + c;
      const there = a * nextX + b * nextY + c;
      if (here >= 0) kept.push([x, y]);
      if (here >= 0 !== there >= 0) {
        const share = here / (here - there);
        kept.push([x + share * (nextX - x), y + share * (nextY - y)]);
      }
    });
    return kept;
  }, SQUARE);
}

const plane = (parameters, c) => [parameters[c], parameters[CLASSES + c], parameters[2 * CLASSES + c]];

function lead(parameters, c, j, by) {
  const [one, other] = [plane(parameters, c), plane(parameters, j)];
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2] - by];
}

const won = (parameters, c) => region(RIVALS[c].map((j) => lead(parameters, c, j, 0)));

/* Where a point of class c costs nothing; empty for softmax, which is never content. */
function content(kind, parameters, c) {
  if (kind === "softmax") return [];
  if (kind !== "ova") return region(RIVALS[c].map((j) => lead(parameters, c, j, 1)));
  const [a, b, d] = plane(parameters, c);
  const others = RIVALS[c].map((j) => plane(parameters, j).map((number) => -number));
  return region([[a, b, d - 1], ...others.map(([x, y, z]) => [x, y, z - 1])]);
}

function winner(parameters, x, y) {
  const scores = [0, 1, 2].map((c) => {
    const [a, b, d] = plane(parameters, c);
    return a * x + b * y + d;
  });
  return scores.indexOf(Math.max(...scores));
}

// Points to begin with. The same seed gives the same points.
function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const within = (number) => Math.min(EDGE, Math.max(-EDGE, Math.round(100 * number) / 100));
const wellWithin = (number) => within(Math.min(EDGE - 0.15, Math.max(0.15 - EDGE, number)));
const CENTRES = [
  [-1.5, -0.9],
  [1.6, -0.8],
  [0, 1.6],
];

function clouds(each, spread, seed) {
  const random = randomNumbers(seed);
  return Array.from({ length: CLASSES * each }, (_, i) => {
    const [x, y] = CENTRES[i % CLASSES];
    return { x: wellWithin(x + spread * normal(random)), y: wellWithin(y + spread * normal(random)), label: i % CLASSES };
  });
}

function ring(seed) {
  const random = randomNumbers(seed);
  return Array.from({ length: 42 }, (_, i) => {
    const [radius, angle] = [[0.3, 1.4, 2.5][i % CLASSES] + 0.3 * random(), 2 * Math.PI * random()];
    return { x: wellWithin(radius * Math.cos(angle)), y: wellWithin(radius * Math.sin(angle)), label: i % CLASSES };
  });
}

function corners(seed) {
  const random = randomNumbers(seed);
  const places = [
    [-1.5, -1.5, 0],
    [1.5, 1.5, 0],
    [-1.5, 1.5, 1],
    [1.5, -1.5, 1],
    [0, 0, 2],
  ];
  return Array.from({ length: 40 }, (_, i) => {
    const [x, y, label] = places[i % places.length];
    return { x: wellWithin(x + 0.35 * normal(random)), y: wellWithin(y + 0.35 * normal(random)), label };
  });
}

const DATA = {
  clouds: { name: "three clouds", points: () => clouds(6, 0.5, 3) },
  close: { name: "clouds that overlap", points: () => clouds(12, 0.95, 8) },
  corners: { name: "two corners each", points: () => corners(5) },
  ring: { name: "rings", points: () => ring(2) },
  many: { name: "200 points", points: () => clouds(67, 0.7, 4).slice(0, 200) },
};

function firstState() {
  return {
    points: DATA.clouds.points(),
    parameters: [0.4, -0.6, 0.2, 0.5, 0.3, -0.7, 0.1, 0, -0.1],
    loss: "ww",
    penalty: "l2",
    strength: 0.01,
    bias: true,
    rate: 0.1,
  };
}

const copied = (state) => ({
  ...state,
  parameters: [...state.parameters],
  points: state.points.map((point) => ({ ...point })),
});

// A link's fragment: readable, so that it can be written by hand, and exact.
function toFragment(state) {
  const [first, second, b] = [0, 3, 6].map((at) => state.parameters.slice(at, at + CLASSES).join(","));
  const points = state.points.map(({ x, y, label }) => `${label},${x},${y}`).join(";");
  return (
    `#loss=${state.loss}&penalty=${state.penalty}&strength=${state.strength}&bias=${state.bias ? 1 : 0}` +
    `&rate=${state.rate}&W=${first};${second}&b=${b}&points=${points}`
  );
}

/* The state that a fragment describes; what it leaves out is as in `state`. Returns null if something is unusable. */
function fromFragment(fragment, state) {
  const read = copied(state);
  let text;
  try {
    text = decodeURIComponent(fragment.replace(/^#/, ""));
  } catch {
    return null;
  }
  const numbers = (list) => list.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  for (const part of text.split("&").filter(Boolean)) {
    const [key, ...rest] = part.split("=");
    const given = rest.join("=");
    if (key === "loss" && Object.hasOwn(LOSSES, given)) read.loss = given;
    else if (key === "penalty" && Object.hasOwn(PENALTIES, given)) read.penalty = given;
    else if (key === "bias" && ["0", "1"].includes(given)) read.bias = given === "1";
    else if (key === "strength" || key === "rate") [read[key]] = numbers(given);
    else if (key === "W") read.parameters.splice(0, 6, ...given.split(";").flatMap(numbers));
    else if (key === "b") read.parameters.splice(6, 3, ...numbers(given));
    else if (key === "points") {
      read.points = given
        .split(";")
        .filter(Boolean)
        .map(numbers)
        .map(([label, x, y]) => ({ x, y, label }));
    } else return null;
  }
  return usable(read) ? read : null;
}

function usable(state) {
  return (
    state.parameters.length === PARAMETERS &&
    state.parameters.every(Number.isFinite) &&
    state.strength >= 0 &&
    state.strength <= 1000 &&
    state.rate >= 0 &&
    state.rate <= 1000 &&
    state.points.length <= MOST_POINTS &&
    state.points.every(
      ({ x, y, label }) => [0, 1, 2].includes(label) && Math.abs(x) <= EDGE && Math.abs(y) <= EDGE,
    )
  );
}
