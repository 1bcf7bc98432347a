(() => {
  "use strict";
  const table = document.getElementById("matrix");
  const tools = document.getElementById("tools");
  if (!table || !tools) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const words = document.getElementById("words");
  const category = document.getElementById("category");
  const use = document.getElementById("use");
  const verdict = document.getElementById("verdict");
  const order = document.getElementById("order");
  const said = document.getElementById("said");

  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.s === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.s);
  };
  const sort = (column, down) => {
    const keyed = rows.map((row) => [key(row, column), key(row, 0), row]);
    const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    keyed.sort((a, b) => before(a[0], b[0]) * (down ? -1 : 1) || before(a[1], b[1]));
    body.append(...keyed.map((item) => item[2]));
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    order.value = column + (down ? "d" : "a");
  };
  const filter = () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.dataset.q;
      const fits = wanted.every((word) => text.includes(word))
        && (category.value === "" || row.cells[1].dataset.s === category.value)
        && (verdict.value === "" || (use.value === ""
          ? heads.some((head, index) => head.dataset.u !== undefined && row.cells[index].dataset.s === verdict.value)
          : row.cells[Number(use.value)].dataset.s === verdict.value));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    said.textContent = shown === rows.length ? rows.length + " shown" : shown + " of " + rows.length + " shown";
  };

  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(index, head.getAttribute("aria-sort") === "ascending"));
    head.append(button);
  });
  order.addEventListener("change", () => sort(parseInt(order.value, 10), order.value.endsWith("d")));
  words.addEventListener("input", filter);
  for (const control of [category, use, verdict]) control.addEventListener("change", filter);
  document.getElementById("reset").addEventListener("click", () => {
    words.value = category.value = use.value = verdict.value = "";
    filter();
    words.focus();
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target instanceof Element ? event.target.closest("details[open]") : null;
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  const rest = document.getElementById("rest");
  if (rest) {
    const append = () => {
      const more = new DOMParser().parseFromString(rest.textContent, "text/html");
      const found = Array.from(more.querySelectorAll("tbody > tr"));
      rest.remove();
      body.append(...found);
      rows.push(...found);
      tools.hidden = false;
      filter();
    };
    window.addEventListener("load", () => setTimeout(append, 100));
  } else {
    tools.hidden = false;
    filter();
  }
})();
