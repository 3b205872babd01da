// Computes the two forms of the sheet for managers. Without this file they are filled in with a pen.
(() => {
  const key = "for-managers";
  let state = {};
  try {
    state = JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {} // storage is refused: the forms work, and forget
  const save = () => {
    try {
      localStorage.setItem(key, JSON.stringify(state));
      if (!Object.keys(state).length) localStorage.removeItem(key);
      return true;
    } catch {
      return false;
    }
  };

  const live = (id, say) => {
    const form = document.getElementById(id);
    if (!form) return;
    const inputs = [...form.querySelectorAll("input")];
    const output = form.querySelector("output");
    const clear = document.createElement("button");
    Object.assign(clear, { type: "reset", textContent: "Clear" });
    const show = () => {
      const [first, rest] = say(inputs);
      const strong = document.createElement("strong");
      strong.textContent = first;
      output.replaceChildren(strong, ` ${rest}`);
      clear.hidden = false;
    };
    for (const input of inputs) {
      const kept = state[id]?.[input.name];
      if (kept === true) input.checked = true;
      if (typeof kept === "string") input.value = kept;
    }
    form.addEventListener("input", () => {
      const given = inputs.map((i) => [i.name, i.type === "checkbox" ? i.checked : i.value]);
      state[id] = Object.fromEntries(given);
      show();
      save();
    });
    form.addEventListener("reset", () => {
      delete state[id];
      for (const input of inputs) input.removeAttribute("aria-invalid");
      output.textContent = "";
      inputs[0].focus();
      clear.hidden = true;
      save();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    clear.hidden = true;
    if (state[id]) show();
    output.after(clear);
    form.classList.add("live");
  };

  // As `examples/levels/assess.py`: a level holds where all its statements do, and all below.
  live("self-assessment", (boxes) => {
    const level = (box) => Number(box.closest("[data-level]").dataset.level);
    const missing = boxes.filter((box) => !box.checked);
    if (!missing.length) return [`Level ${level(boxes.at(-1))}.`, "All statements are true."];
    const lowest = Math.min(...missing.map(level));
    const early = boxes.filter((box) => box.checked && level(box) > lowest).length;
    const next = `Make true next: ${missing[0].closest("label").textContent.trim()}`;
    const s = early === 1 ? ["", "s"] : ["s", ""];
    const waits = ` ${early} tick${s[0]} above level ${lowest} count${s[1]} only when level ${lowest} is complete.`;
    return [lowest > 1 ? `Level ${lowest - 1}.` : "Level 0: by hand.", next + (early ? waits : "")];
  });

  // As the sum in the chapter "Which level fits you".
  live("payback", (fields) => {
    const name = (field) => field.closest("label").textContent.trim();
    const typed = (field) => field.value.trim();
    for (const field of fields) field.removeAttribute("aria-invalid");
    const wrong = fields.find((field) => typed(field) && !/^\d{1,5}(\.\d{1,2})?$/.test(typed(field)));
    if (wrong) {
      wrong.setAttribute("aria-invalid", "true");
      const example = `such as ${wrong.dataset.example} or 2.5.`;
      return [`${name(wrong)}:`, `type a number from 0 to 99999 with digits and a point, ${example}`];
    }
    const open = fields.filter((field) => !typed(field));
    if (open.length) return ["Still to type:", `${open.map(name).join(", ")}.`];
    const [build, upkeep, saved, releases] = fields.map((field) => Number(typed(field)));
    const short = (hours) => String(Number(hours.toFixed(2))).replace("-", "\u2212");
    const gain = saved * releases - upkeep;
    const sum = `The releases save ${short(saved * releases)} hours a year, and the gain is ${short(gain)} hours.`;
    if (!(gain > 0)) return ["It never pays for itself.", sum];
    const years = build / gain;
    if (years > 99) return ["It takes more than 99 years.", sum];
    // Python rounds a half to the even digit, and toFixed up: of x.25 and x.75 only the first differs.
    const tenths = (years % 1 === 0.25 ? years - 0.05 : years).toFixed(1);
    return [`Paid after ${tenths} years.`, sum];
  });

  const note = document.querySelector(".on-screen");
  if (!note) return;
  if (save()) {
    const stays = document.createElement("div");
    stays.textContent = "What you type or tick stays in this browser.";
    note.append(stays);
  }
  const print = document.createElement("button");
  Object.assign(print, { type: "button", className: "sheet-print", textContent: "Print this sheet" });
  print.addEventListener("click", () => window.print());
  note.append(print);
})();
