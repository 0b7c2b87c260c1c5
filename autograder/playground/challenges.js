// "Predict, then look": six experiments. What happened is always measured, never assumed.

const apart = () => clouds(5, 0.3, 11); // three clouds, each far from the others
const SEPARATING = [-1.8, 1.8, 0, -1.1, -1.1, 2.2, 0, 0, -0.2];

const situation = (changes) => ({ ...firstState(), strength: 0, ...changes });
const measured = (state, changes = {}) => evaluate({ ...state, ...changes });
const size = (parameters) => Math.hypot(...parameters);
const furthest = (one, other) => Math.max(...one.map((number, k) => Math.abs(number - other[k])));

function descended(state, steps) {
  const moving = copied(state);
  let found = measured(moving);
  const losses = [found.loss];
  for (let i = 0; i < steps; i++) {
    moving.parameters = updated(moving, found);
    found = measured(moving);
    losses.push(found.loss);
  }
  return { state: moving, losses, found };
}

const exactly = (number) => (number === 0 ? "exactly 0" : short(number, 5));

/* How many of 3721 places in the plane have another winner. */
function recoloured(one, other) {
  let count = 0;
  for (let i = 0; i <= 60; i++) {
    for (let j = 0; j <= 60; j++) {
      const [x, y] = [EDGE * (i / 30 - 1), EDGE * (j / 30 - 1)];
      count += winner(one, x, y) !== winner(other, x, y);
    }
  }
  return count;
}

const CHALLENGES = [
  {
    id: "jiggle",
    title: "A far point jiggles",
    begin: () => situation({ points: [...apart(), { x: 2.1, y: -1.9, label: 1 }], parameters: SEPARATING.map((number) => number / 2) }),
    marked: (state) => state.points.length - 1,
    ask: "The marked square lies deep inside its own zone. It is about to be moved around a little. What does the hinge loss do?",
    options: {
      down: "It falls: the point only gets further away",
      still: "Nothing: it stays exactly the same",
      both: "It goes up and down a little with the point",
    },
    async play(stage) {
      const point = stage.state.points.at(-1);
      const home = { ...point };
      const [before, softer] = [measured(stage.state), measured(stage.state, { loss: "softmax" })];
      let [moved, soft, last] = [0, 0, before.loss];
      await stage.animate(90, (share) => {
        point.x = home.x + 0.45 * Math.sin(6 * Math.PI * share);
        point.y = home.y + 0.35 * Math.sin(4 * Math.PI * share);
        last = measured(stage.state).loss;
        moved = Math.max(moved, Math.abs(last - before.loss));
        soft = Math.max(soft, Math.abs(measured(stage.state, { loss: "softmax" }).loss - softer.loss));
      });
      Object.assign(point, home);
      return {
        answer: moved === 0 ? "still" : last < before.loss ? "down" : "both",
        told:
          `While the point wandered, the hinge loss changed by ${moved ? "at most " : ""}${exactly(moved)}. ` +
          `With softmax and the same W it would have changed by up to ${exactly(soft)}.`,
        why: "Where all margins are met, max(0, ·) is flat. Which points could you delete without changing the SVM at all?",
      };
    },
  },
  {
    id: "double",
    title: "Twice the weights",
    begin: () => situation({ points: apart(), parameters: SEPARATING.map((number) => number / 2) }),
    ask: "The hinge loss is 0 here, without a penalty. Now every number of W and b is doubled. What happens?",
    options: {
      loss: "The regions stay, but the loss changes",
      regions: "The loss stays 0, but the regions change",
      neither: "Neither the regions nor the loss change",
    },
    async play(stage) {
      const before = copied(stage.state);
      await stage.animate(60, (share) => {
        stage.state.parameters = before.parameters.map((number) => (1 + share) * number);
      });
      const changed = recoloured(before.parameters, stage.state.parameters);
      const [old, now] = [measured(before).loss, measured(stage.state).loss];
      const [softOld, softNow] = [before, stage.state].map((it) => measured(it, { loss: "softmax" }).loss);
      return {
        answer: changed ? "regions" : old === now ? "neither" : "loss",
        told:
          `${changed} of 3721 places changed their winner; the hinge loss went from ${short(old)} to ${short(now)}. ` +
          `Softmax would have gone from ${short(softOld)} to ${short(softNow)}.`,
        why: "All these W are equally good to the hinge. What could choose one of them?",
      };
    },
  },
  {
    id: "start",
    title: "The loss at the start",
    begin: () => situation({ points: DATA.close.points() }),
    ask: "W and b are about to become 0, so that all three scores are 0 for every point. What will the mean loss be?",
    numbers: { ww: "Weston-Watkins", softmax: "softmax" },
    async play(stage) {
      const before = [...stage.state.parameters];
      await stage.animate(60, (share) => {
        stage.state.parameters = before.map((number) => (1 - share) * number);
      });
      const at = Object.fromEntries(Object.keys(LOSSES).map((loss) => [loss, measured(stage.state, { loss }).data]));
      return {
        answer: { ww: at.ww, softmax: at.softmax },
        told:
          `Weston-Watkins ${short(at.ww)}, softmax ${short(at.softmax)}; ` +
          `Crammer-Singer ${short(at.cs)} and one-vs-all ${short(at.ova)}.`,
        why: "With C classes these are C − 1 and ln C. Why is that worth printing before the first step of any training?",
      };
    },
  },
  {
    id: "empty",
    title: "Nobody in the margin",
    begin: () => situation({ points: apart(), parameters: SEPARATING.map((number) => 1.5 * number), rate: 1 }),
    ask: "No point lies between the dashed lines and its boundary, and there is no penalty. After 60 steps of the SVM, where is W?",
    options: {
      wider: "It has moved: the dashed lines now touch the nearest points",
      still: "Exactly where it was",
      grown: "In the same direction, but longer",
    },
    async play(stage) {
      const before = copied(stage.state);
      await stage.descend(60);
      const moved = furthest(before.parameters, stage.state.parameters);
      const pulled = descended({ ...before, strength: 0.02 }, 60);
      const longer = size(stage.state.parameters) > size(before.parameters);
      return {
        answer: moved === 0 ? "still" : longer ? "grown" : "wider",
        told:
          `The largest change of any number was ${exactly(moved)}. With a penalty of strength 0.02, the length of W and b ` +
          `would have gone from ${short(size(before.parameters), 2)} to ${short(size(pulled.state.parameters), 2)}.`,
        why: "“Maximum margin” comes from the penalty, not from the hinge. What does the gradient consist of here?",
      };
    },
  },
  {
    id: "penalty",
    title: "With and without a penalty",
    begin: () => situation({ points: clouds(8, 0.55, 21), strength: 0.1, rate: 0.1 }),
    ask: "The same start, 150 steps: once without a penalty, once with an L2 penalty of strength 0.1. Compared to the first, the second ends with …",
    options: {
      larger: "smaller weights and a larger data loss",
      smaller: "smaller weights and a smaller data loss",
      same: "smaller weights and the same data loss",
    },
    async play(stage) {
      const free = descended({ ...stage.state, strength: 0 }, 150);
      await stage.descend(150);
      const held = measured(stage.state);
      const difference = held.data - free.found.data;
      return {
        answer: Math.abs(difference) < 1e-3 ? "same" : difference > 0 ? "larger" : "smaller",
        told:
          `Without: length of W and b ${short(size(free.state.parameters), 2)}, data loss ${short(free.found.data)}. ` +
          `With: length ${short(size(stage.state.parameters), 2)}, data loss ${short(held.data)}.`,
        why: "The penalty buys small weights with data loss on these points. On which points might that pay off?",
      };
    },
  },
  {
    id: "rate",
    title: "A very high learning rate",
    begin: () => situation({ points: DATA.close.points(), rate: 20, strength: 0.01 }),
    ask: "80 steps of the SVM with learning rate 20 instead of 0.1. What will the loss curve look like?",
    options: {
      faster: "It falls smoothly and ends lower, only faster",
      wild: "It jumps up and down and ends higher",
      flat: "It hardly moves",
    },
    async play(stage) {
      const slow = descended({ ...stage.state, rate: 0.1 }, 80);
      const fast = descended(stage.state, 80);
      const rises = fast.losses.filter((loss, i) => i > 0 && loss > fast.losses[i - 1]).length;
      await stage.descend(80);
      const [end, other] = [fast.losses.at(-1), slow.losses.at(-1)];
      const still = Math.max(...fast.losses) - Math.min(...fast.losses) < 0.05;
      return {
        answer: still ? "flat" : rises > 8 && end > other ? "wild" : "faster",
        told:
          `With rate 20 the loss rose in ${rises} of 80 steps, reached ${short(Math.max(...fast.losses), 1)} and ended at ${short(end, 1)}; ` +
          `with rate 0.1 it ended at ${short(other)}.`,
        why: "The gradient says which way, not how far. How would you tell a rate that is too high from a wrong gradient?",
      };
    },
  },
];
