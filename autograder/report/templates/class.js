"use strict";
// Tables are sorted by their headings; that of hand-ins is narrowed by what is typed and chosen. Without this they are only longer.
(() => {
  const key = (row, column) => {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  const sort = (body, column, direction) => {
    const order = [...body.rows].map((row, place) => [key(row, column), place, row]);
    order.sort(([one, first], [other, second]) => {
      const less = typeof one === "number" ? one - other : one.localeCompare(other, undefined, { numeric: true });
      return direction * less || first - second;
    });
    body.append(...order.map(([, , row]) => row));
  };
  for (const table of document.querySelectorAll("table.sorts")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      if (!heading.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const direction = heading.ariaSort === "ascending" ? -1 : 1;
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        sort(table.tBodies[0], column, direction);
      });
    });
  }

  const table = document.getElementById("hand-ins");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const box = document.getElementById("search");
  const chosen = document.getElementById("only");
  const said = document.getElementById("shown");
  document.getElementById("tools").hidden = false;

  const narrow = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const kept = words.every((word) => text.includes(word)) && (!chosen.value || row.dataset.is.split(" ").includes(chosen.value));
      row.hidden = !kept;
      count += kept;
    }
    said.textContent = count === rows.length ? `all ${count} hand-ins` : `${count} of ${rows.length} hand-ins`;
  };
  const tall = table.closest(".tall");
  const fit = () => {
    tall.classList.remove("fits");
    tall.classList.toggle("fits", tall.scrollWidth <= tall.clientWidth);
  };
  addEventListener("resize", fit);
  fit();
  box.addEventListener("input", narrow);
  chosen.addEventListener("change", narrow);
  narrow();
})();
