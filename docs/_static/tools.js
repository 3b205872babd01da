// Hides the tools that nobody asked for. Without this file all of them show.
(() => {
  const cards = [...document.querySelectorAll(".tool-card")];
  if (!cards.length) return;
  const groups = [...document.querySelectorAll("section[id^=tools-for-]")];
  const add = (parent, name, properties = {}) =>
    parent.appendChild(Object.assign(document.createElement(name), properties));

  const form = document.createElement("form");
  form.className = "tool-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "The tools");
  const field = (words, name, properties) => {
    const box = add(form, "div");
    add(box, "span", { textContent: words, id: `filter-${name}` });
    const made = add(box, name, properties);
    made.setAttribute("aria-labelledby", `filter-${name}`);
    return made;
  };
  const job = field("Job", "select");
  add(job, "option", { value: "", textContent: "all of them" });
  for (const group of groups) {
    const title = group.querySelector("h3").firstChild.textContent;
    add(job, "option", { value: group.id, textContent: title });
  }
  const word = field("Word", "input", { type: "search" });
  const reset = add(form, "button", { type: "reset", textContent: "Show all" });
  const count = add(form, "div", { className: "tool-count" });
  count.setAttribute("role", "status");

  const show = () => {
    const wanted = word.value.trim().toLowerCase();
    for (const card of cards) {
      card.hidden =
        (job.value && !card.classList.contains(job.value)) ||
        !card.textContent.toLowerCase().includes(wanted);
    }
    const left = cards.filter((card) => !card.hidden);
    for (const group of groups) {
      group.hidden = (job.value || wanted) && !left.some((card) => group.contains(card));
    }
    reset.disabled = !job.value && !wanted;
    count.textContent = `${left.length} of ${cards.length} tools`;
  };
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show)); // when the fields are empty
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    if (!document.querySelector(":target")?.hidden) return;
    form.reset(); // a link leads to a job that is hidden
  });
  show();
  groups[0].before(form);
})();
