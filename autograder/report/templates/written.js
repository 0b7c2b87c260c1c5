"use strict";
// Marks for written answers: given by keyboard, kept in this browser, downloaded as a table. Every answer is there without this.
(() => {
  const main = document.getElementById("main");
  const kept = `autograder written ${main.dataset.class}`;
  const sections = [...main.querySelectorAll("section.question")];
  const tabs = [...document.querySelectorAll("#questions button")];
  const box = document.getElementById("search");
  const only = document.getElementById("only");
  const said = document.getElementById("said");
  const controls = document.getElementById("controls");
  if (!sections.length) return;

  // What is kept: for each answer the items that it meets, points where they are others than the items', a note; null is "not graded".
  const load = () => {
    try {
      const read = JSON.parse(localStorage.getItem(kept) || "{}");
      return read !== null && typeof read === "object" && !Array.isArray(read) ? read : {};
    } catch { return {}; }
  };
  let marks = load();
  let unsaved = false;
  const save = () => {
    try { localStorage.setItem(kept, JSON.stringify(marks)); } catch {
      unsaved = true;
      document.getElementById("unsaved").hidden = false;
    }
  };
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  addEventListener("storage", (event) => {  // the same page in another tab
    if (event.key !== kept) return;
    marks = load();
    cards.forEach(show);
    count();
  });

  const parse = (text, denominator) => {
    // Points as a whole number of 1 / denominator; null if the text is none.
    const match = /^\s*(\d{1,4})(?:[.,](\d{1,4})|\/(\d{1,4}))?\s*$/.exec(text);
    if (!match) return null;
    if (match[3]) return Number(match[3]) ? (Number(match[1]) * denominator) / Number(match[3]) : null;
    return Number(`${match[1]}.${match[2] || 0}`) * denominator;
  };
  const words = (units, denominator) => {
    const points = units / denominator;
    return Number.isInteger(points * 10000) ? String(points) : points.toFixed(2);
  };
  const cell = (units, denominator) => {
    // Exact, as the grader reads it.
    const points = units / denominator;
    return Number.isInteger(points * 10000) || !Number.isInteger(units) ? String(Number(points.toFixed(4))) : `${units}/${denominator}`;
  };

  const cards = sections.flatMap((section) => {
    const denominator = Number(section.dataset.denominator);
    const items = [...section.querySelectorAll("[data-item]")].map((it) => ({
      id: it.dataset.item, units: Number(it.dataset.units), text: it.textContent.trim(),
    }));
    return [...section.querySelectorAll(".answer-card")].map((element) => {
      const taken = "points" in element.dataset ? {
        items: element.dataset.rubric.split(" ").filter(Boolean), note: element.dataset.note, points: element.dataset.points,
      } : null;
      return {
        element, section, denominator, items, taken, units: Number(section.dataset.units),
        key: `${section.dataset.question} ${element.dataset.answer}`, text: element.textContent.toLowerCase(),
      };
    });
  });
  const markOf = (card) => {
    const own = Object.hasOwn(marks, card.key) ? marks[card.key] : card.taken;
    if (own === null || typeof own !== "object") return null;
    const known = new Set(card.items.map((it) => it.id));
    const met = (Array.isArray(own.items) ? own.items : []).filter((id) => known.has(id));
    const lost = Array.isArray(own.items) && met.length < own.items.length;
    return { items: met, note: String(own.note || ""), points: own.points === null || own.points === undefined ? null : String(own.points), graded: own.graded !== false, lost };
  };
  const sum = (card, mark) => card.items.reduce((total, it) => total + (mark.items.includes(it.id) ? it.units : 0), 0);
  const unitsOf = (card, mark) => {
    if (mark === null || !mark.graded) return null;
    if (mark.points === null) return sum(card, mark);
    const units = parse(mark.points, card.denominator);
    return units === null || units > card.units ? null : units;
  };
  const isGraded = (card) => unitsOf(card, markOf(card)) !== null;

  const change = (card, changed) => {
    const before = markOf(card) || { items: [], note: "", points: null, graded: false };
    const { items, note, points, graded } = { ...before, ...changed };
    marks[card.key] = graded || note ? { items, note, points, graded } : null;
    save();
    show(card);
    count();
    const units = unitsOf(card, markOf(card));
    tell(units === null ? "not graded" : `${words(units, card.denominator)} of ${words(card.units, card.denominator)} points`);
  };
  const toggle = (card, item) => {
    const items = (markOf(card) || { items: [] }).items;
    const now = items.includes(item.id) ? items.filter((id) => id !== item.id) : [...items, item.id];
    // Taking back the last item takes back the grading: 0 points are given on purpose or not at all.
    change(card, { items: now, points: null, graded: now.length > 0 });
  };

  for (const card of cards) {
    card.element.append(controls.content.cloneNode(true));
    const find = (selector) => card.element.querySelector(selector);
    card.buttons = card.items.map((item, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = String(place + 1);
      button.title = item.text;
      button.setAttribute("aria-label", `${place + 1}: ${item.text}`);
      button.addEventListener("click", () => toggle(card, item));
      find(".items").append(button);
      return button;
    });
    const none = document.createElement("button");
    none.type = "button";
    none.textContent = "0";
    none.title = "0 points";
    none.addEventListener("click", () => change(card, { items: [], points: "0", graded: true }));
    find(".items").append(none);
    card.none = none;
    card.points = find("input");
    card.note = find("textarea");
    card.state = find(".state");
    card.points.addEventListener("input", () => {
      const text = card.points.value.trim();
      const graded = text !== "" || (markOf(card) || { items: [] }).items.length > 0;
      change(card, { points: text === "" ? null : text, graded });
    });
    card.note.addEventListener("input", () => change(card, { note: card.note.value }));
    card.element.addEventListener("focusin", () => choose(card, false));
  }

  const show = (card) => {
    const mark = markOf(card);
    const units = unitsOf(card, mark);
    card.element.classList.toggle("graded", units !== null);
    card.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(Boolean(mark && mark.items.includes(card.items[place].id)))));
    card.none.setAttribute("aria-pressed", String(units === 0));
    const wrong = mark !== null && mark.graded && units === null;
    card.points.setAttribute("aria-invalid", String(wrong));
    if (document.activeElement !== card.points) card.points.value = mark && mark.graded ? (mark.points === null ? words(sum(card, mark), card.denominator) : mark.points) : "";
    if (document.activeElement !== card.note) card.note.value = mark ? mark.note : "";
    const most = words(card.units, card.denominator);
    const given = card.taken && parse(card.taken.points, card.denominator);
    const others = card.taken && given !== units ? `given so far: ${words(given, card.denominator)}` : "";
    const own = wrong ? `a number up to ${most}, please` : units === null ? "" : mark.lost ? `of ${most}; the rubric has changed: look again` : `of ${most}`;
    card.state.textContent = [own, others].filter(Boolean).join("; ");
  };

  // --- where one is ---
  let section = sections[0];
  let current = null;
  const shownCards = () => cards.filter((card) => card.section === section && !card.element.hidden);
  const choose = (card, focus = true) => {
    if (current !== card) {
      if (current) current.element.classList.remove("current");
      current = card;
      if (card) card.element.classList.add("current");
    }
    if (card && focus) {
      card.element.focus({ preventScroll: true });
      card.element.scrollIntoView({ block: "nearest" });
    }
  };
  const move = (step) => {
    const those = shownCards();
    if (!those.length) return;
    const place = those.indexOf(current);
    choose(those[Math.min(those.length - 1, Math.max(0, place < 0 ? 0 : place + step))]);
  };
  const nextUngraded = () => {
    const those = shownCards();
    const from = those.indexOf(current) + 1;
    const next = [...those.slice(from), ...those.slice(0, from)].find((card) => !isGraded(card));
    if (next) choose(next);
    else tell("every answer that is shown is graded; ] leads to the next question");
  };
  const open = (chosen) => {
    section = chosen;
    for (const it of sections) it.hidden = it !== section;
    for (const tab of tabs) tab.setAttribute("aria-current", String(tab.dataset.question === section.dataset.question));
    narrow();
    const those = shownCards();
    choose(those.find((card) => !isGraded(card)) || those[0] || null, false);
  };
  const narrow = () => {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) {
      const fits = wanted.every((word) => card.text.includes(word));
      const right = !only.value || isGraded(card) === (only.value === "graded");
      card.element.hidden = !(fits && right);
    }
    if (wanted.length || only.value) tell("");
  };
  const tell = (sentence) => {
    const own = cards.filter((card) => card.section === section);
    const visible = own.filter((card) => !card.element.hidden).length;
    const some = visible < own.length ? `${visible} of ${own.length} answers shown` : `${own.length} answer${own.length === 1 ? "" : "s"}`;
    said.textContent = [sentence, some].filter(Boolean).join("; ");
  };
  const count = () => {
    for (const [place, tab] of tabs.entries()) {
      const own = cards.filter((card) => card.section === sections[place]);
      tab.querySelector(".count").textContent = `${own.filter(isGraded).length}/${own.length}`;
    }
    const done = cards.filter(isGraded).length;
    const meter = document.getElementById("progress");
    const share = cards.length ? done / cards.length : 1;
    meter.querySelector(".bar > span").style.width = `${(100 * share).toFixed(1)}%`;
    meter.querySelector(".bar").setAttribute("aria-label", `${Math.floor(100 * share)} % graded`);
    meter.querySelector(".words").textContent = `${done} of ${cards.length} graded`;
  };
  tabs.forEach((tab, place) => tab.addEventListener("click", () => { open(sections[place]); tell(""); }));
  box.addEventListener("input", () => { narrow(); tell(""); });
  only.addEventListener("change", () => { narrow(); tell(""); });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, textarea, select");
    if (typing) {
      const ends = event.key === "Escape" || (event.key === "Enter" && event.target.matches("input"));
      if (!ends) return;
      event.preventDefault();
      event.target.blur();
      if (current && !current.element.hidden) choose(current);
      else move(0);
      return;
    }
    if (event.key === "Enter" && event.target.matches("button, a, summary")) return;
    const place = sections.indexOf(section);
    const item = current && /^[1-9]$/.test(event.key) ? current.items[Number(event.key) - 1] : undefined;
    const keys = {
      j: () => move(1), ArrowRight: () => move(1), k: () => move(-1), ArrowLeft: () => move(-1), Enter: nextUngraded,
      "]": () => { open(sections[Math.min(sections.length - 1, place + 1)]); choose(current); tell(""); },
      "[": () => { open(sections[Math.max(0, place - 1)]); choose(current); tell(""); },
      "/": () => box.focus(),
      a: () => current && current.items.length && change(current, { items: current.items.map((it) => it.id), points: null, graded: true }),
      0: () => current && change(current, { items: [], points: "0", graded: true }),
      p: () => current && current.points.select(),
      n: () => current && current.note.focus(),
      Backspace: () => current && change(current, { items: [], points: null, note: "", graded: false }),
    };
    if (item) toggle(current, item);
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
  });

  // --- the table that goes back ---
  const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`;
  document.getElementById("download").addEventListener("click", () => {
    const rows = [["class", "question", "answer", "points", "rubric", "note"]];
    for (const card of cards) {
      const mark = markOf(card);
      const units = unitsOf(card, mark);
      if (units === null && !card.taken) continue;  // with empty points, what was given before is taken back
      const given = units === null ? ["", "", ""] : [cell(units, card.denominator), mark.items.join(" "), mark.note.replace(/\s+/g, " ").trim()];
      rows.push([main.dataset.class, card.section.dataset.question, card.element.dataset.answer, ...given]);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([rows.map((row) => row.map(quoted).join(",")).join("\n") + "\n"], { type: "text/csv" }));
    link.download = `marks-${main.dataset.name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    tell(`${rows.length - 1} marks downloaded`);
  });

  document.getElementById("tools").hidden = false;
  document.getElementById("keys").hidden = false;
  cards.forEach(show);
  count();
  open(sections.find((it) => cards.some((card) => card.section === it && !isGraded(card))) || section);
  save();
  tell("");
})();
