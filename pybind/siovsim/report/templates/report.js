"use strict";
// Sortable, searchable tables from inline JSON, and pictures chosen by a list. No other code runs in a report.
(() => {
  const PAGE = 25, PRINTED = 1000;
  const el = (tag, attributes = {}, text = "") => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== "") node.textContent = text;
    return node;
  };
  const show = (value, column) => {
    if (value === null) return "–";
    if (typeof value !== "number") return String(value);
    const digits = column.digits ?? (Number.isInteger(value) ? 0 : 3);
    return value.toLocaleString("en-US", { minimumFractionDigits: column.digits ?? 0, maximumFractionDigits: digits });
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);  // absent values last
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  };

  function grid(host) {
    const data = JSON.parse(document.getElementById(host.dataset.source).textContent);
    const state = { column: -1, down: false, text: "", limit: PAGE };
    const table = el("table"), head = el("tr"), body = el("tbody");
    const search = el("input", { type: "search", placeholder: "Search", "aria-label": "Search this table" });
    const count = el("span", { class: "note", role: "status" });
    const all = el("button", { class: "plain", type: "button" }, "Show all");
    data.columns.forEach((column, index) => {
      const th = el("th", { scope: "col", class: column.text ? "" : "n" });
      const button = el("button", { type: "button" }, column.label);
      if (column.title) button.title = column.title;
      button.addEventListener("click", () => {
        state.down = state.column === index ? !state.down : !column.text;
        state.column = index;
        draw();
      });
      th.append(button);
      if (column.unit) th.append(el("small", {}, column.unit));
      head.append(th);
    });
    const chosen = () => {
      const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
      const found = data.rows.filter((row) => words.every((word) => row.some((value) => String(value).toLowerCase().includes(word))));
      if (state.column >= 0) {
        const sign = state.down ? -1 : 1;
        found.sort((a, b) => {
          const x = a[state.column], y = b[state.column];
          return x === null || y === null ? compare(x, y) : sign * compare(x, y);
        });
      }
      return found;
    };
    const draw = () => {
      const rows = chosen();
      [...head.children].forEach((th, index) => {
        if (index === state.column) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      });
      body.replaceChildren(...rows.slice(0, state.limit).map((row) => {
        const tr = el("tr");
        row.forEach((value, index) => tr.append(el("td", { class: data.columns[index].text ? "" : "n" }, show(value, data.columns[index]))));
        return tr;
      }));
      count.textContent = `${Math.min(state.limit, rows.length).toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows shown`;
      all.hidden = rows.length <= state.limit;
    };
    search.addEventListener("input", () => { state.text = search.value; draw(); });
    all.addEventListener("click", () => { state.limit = Infinity; draw(); });
    const tools = el("div", { class: "tools" });
    tools.append(search, count, all);
    const thead = el("thead"), scroll = el("div", { class: "scroll" });
    thead.append(head);
    table.append(thead, body);
    scroll.append(table);
    host.append(tools, scroll);
    draw();
    // Paper has no button: a table is printed whole, or the line above it says how much of it is there.
    addEventListener("beforeprint", () => { state.shown = state.limit; state.limit = Math.max(state.limit, PRINTED); draw(); });
    addEventListener("afterprint", () => { state.limit = state.shown; draw(); });
  }

  function chooser(select) {
    const pictures = [...document.querySelectorAll(`[data-choice-of="${select.id}"]`)];
    const draw = () => pictures.forEach((picture) => { picture.hidden = picture.dataset.choice !== select.value; });
    select.addEventListener("change", draw);
    draw();
  }

  document.querySelectorAll(".grid-host").forEach(grid);
  document.querySelectorAll("select.chooser").forEach(chooser);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
})();
