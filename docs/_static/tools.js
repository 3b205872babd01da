// Narrows the tools and sets up to three side by side. The address says what shows, so that it is
// a link. Without this file all of them show.
(() => {
  const cards = [...document.querySelectorAll(".tool-card")];
  if (!cards.length) return;
  const MOST = 3; // columns that can be read beside each other
  const groups = [...document.querySelectorAll("section[id^=tools-for-]")];
  const all = groups[0].parentElement;
  const home = new Map(cards.map((card) => [card, card.parentElement]));
  const slug = (element) => element.id.replace(/^tools-for-|^tool-/, "");
  const title = (group) => group.querySelector("h3").firstChild.textContent;
  const name = (card) => card.querySelector("strong").textContent;
  const list = (words) => words.join(", ").replace(/, ([^,]*)$/, " and $1");
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // The filter
  const option = (value, textContent) => make("option", { value, textContent });
  const job = make("select", { id: "filter-job" }, option("", "all of them"));
  job.append(...groups.map((group) => option(slug(group), title(group))));
  const word = make("input", { id: "filter-word", type: "search" });
  const field = (words, made) =>
    make("div", {}, make("label", { htmlFor: made.id, textContent: words }), made);
  const reset = make("button", { type: "reset", textContent: "Show all" });
  const count = make("div", { className: "tool-count", role: "status" });
  const form = make("form", { className: "tool-filter", role: "search", ariaLabel: "The tools" });
  form.append(field("Job", job), field("Word", word), count, reset);
  const hint = make("span");
  const wider = make("button", { type: "button" });
  const none = make("div", { className: "tool-none" }, hint, " ", wider);

  // The comparison
  let chosen = []; // in the order in which they were ticked
  let open = false;
  const ticks = new Map();
  for (const card of cards) {
    const tick = make("input", { type: "checkbox" });
    const which = make("span", { className: "visually-hidden", textContent: ` ${name(card)}` });
    const label = make("label", { className: "tool-tick" }, tick, "Compare", which);
    card.firstElementChild.after(label);
    ticks.set(card, tick);
  }
  const told = make("div");
  const spoken = make("div", { className: "visually-hidden", role: "status" });
  const compare = make("button", { type: "button" });
  const clear = make("button", { type: "button", textContent: "Untick all" });
  const bar = make("div", { className: "tool-bar" }, told, compare, clear);
  const back = make("button", { type: "button", textContent: "Back to all tools" });
  const heading = make("h3", { tabIndex: -1 });
  const table = make("table", { className: "docutils" });
  const scroller = make("div", { className: "table-wrapper docutils container", tabIndex: 0, role: "group" }, table);
  const beside = make("div", { className: "tool-compare" }, back, heading, scroller);

  const fill = () => {
    const header = (textContent, scope) => make("th", { textContent, scope });
    const copy = (from) => {
      const cell = make("td", {}, ...[...from.childNodes].map((node) => node.cloneNode(true)));
      for (const element of cell.querySelectorAll("[id]")) element.removeAttribute("id");
      return cell;
    };
    const row = (words, cell) => make("tr", {}, header(words, "row"), ...chosen.map(cell));
    const answer = (words) =>
      row(words, (card) => copy([...card.querySelectorAll("dt")].find((dt) => dt.textContent === words).nextElementSibling.firstElementChild));
    const tools = chosen.map((card) => {
      const made = header("", "col");
      made.append(card.querySelector("strong a").cloneNode(true));
      made.className = home.get(card).id;
      return made;
    });
    const jobs = (card) => groups.filter((group) => card.classList.contains(group.id)).map(title);
    heading.textContent = `${list(chosen.map(name))}, side by side`;
    table.style.setProperty("--tools", chosen.length);
    scroller.ariaLabel = `Table: ${heading.textContent}`;
    table.replaceChildren(
      make("thead", {}, make("tr", {}, header("Tool", "col"), ...tools)),
      make("tbody", {},
        row("Job", (card) => make("td", { textContent: jobs(card).join(", ") })),
        row("Licence", (card) => copy(card.querySelector(".tool-licence"))),
        row("Home", (card) => copy(card.querySelector(".tool-home"))),
        row("Version", (card) => copy(card.querySelector(".tool-versions"))),
        ...["What ran here", "Choose it when", "Instead of it", "Leaving it costs", "Status"].map(answer)),
    );
  };

  // What shows
  const has = (card) => {
    const text = card.textContent.toLowerCase();
    return word.value.toLowerCase().split(/\s+/).every((part) => text.includes(part));
  };
  const show = () => {
    const place = groups.find((group) => slug(group) === job.value);
    for (const card of cards) {
      // A tool with two jobs stands under the one that was asked for.
      (place && card.classList.contains(place.id) ? place : home.get(card)).append(card);
      card.hidden = (place && card.parentElement !== place) || !has(card);
    }
    const left = cards.filter((card) => !card.hidden);
    const narrowed = place || word.value.trim();
    for (const group of groups) {
      group.hidden = open || (narrowed && !left.some((card) => group.contains(card)));
    }
    for (const also of document.querySelectorAll(".tool-also")) also.hidden = narrowed;
    reset.disabled = !narrowed || !left.length; // the hint has a button for that
    count.textContent = `${left.length} of ${cards.length} tools`;
    const elsewhere = place ? cards.filter(has).length : 0;
    none.hidden = open || left.length > 0;
    hint.textContent = `No tool ${place ? "for this job " : ""}has “${word.value.trim()}” on its card. Try another word, or a part of it.`;
    wider.textContent = elsewhere ? `Look in all jobs (${elsewhere})` : "Show all tools";

    form.hidden = open;
    beside.hidden = !open;
    if (bar.parentElement.hidden) form.after(bar);
    offer();
    if (open) fill();
  };
  const offer = () => {
    for (const [card, tick] of ticks) tick.checked = chosen.includes(card);
    bar.hidden = open || !chosen.length;
    compare.hidden = chosen.length < 2;
    compare.textContent = `Compare ${chosen.length} tools`;
  };
  const say = (sentence) => {
    told.textContent = spoken.textContent = sentence;
  };
  const ticked = () => {
    const more = chosen.length === 1 ? ": tick one or two more to compare." : "";
    say(list(chosen.map(name)) + more);
  };

  // What the address says
  const read = () => {
    const asked = new URLSearchParams(location.search);
    job.value = asked.get("job") ?? "";
    if (job.selectedIndex < 0) job.value = "";
    word.value = asked.get("word") ?? "";
    const named = (asked.get("compare") ?? asked.get("tick") ?? "").split(",");
    const found = named.map((one) => cards.find((card) => slug(card) === one)).filter(Boolean);
    chosen = [...new Set(found)].slice(0, MOST);
    open = asked.has("compare") && chosen.length > 1;
    ticked();
    show();
  };
  const write = (how = "replaceState") => {
    const address = new URL(location);
    const asked = {
      job: job.value,
      word: word.value.trim(),
      tick: open ? "" : chosen.map(slug).join(),
      compare: open ? chosen.map(slug).join() : "",
    };
    for (const [key, value] of Object.entries(asked)) {
      if (value) address.searchParams.set(key, value);
      else address.searchParams.delete(key);
    }
    address.search = address.search.replaceAll("%2C", ",");
    if (document.querySelector(":target")?.closest("[hidden]")) address.hash = "";
    try {
      history[how](null, "", address);
    } catch {} // some browsers refuse it to a file
  };
  const narrow = () => {
    show();
    write();
  };
  const turn = (opened) => {
    open = opened;
    show();
    write("pushState");
  };

  form.addEventListener("input", narrow);
  form.addEventListener("reset", () => setTimeout(narrow)); // when the fields are empty
  form.addEventListener("submit", (event) => event.preventDefault());
  wider.addEventListener("click", () => {
    job.value = "";
    if (!cards.some(has)) word.value = "";
    narrow();
    word.focus();
  });
  for (const [card, tick] of ticks) {
    tick.addEventListener("change", () => {
      if (tick.checked && chosen.length === MOST) {
        say(`Three tools fit side by side. To add ${name(card)}, untick one of ${list(chosen.map(name))}.`);
      } else {
        chosen = tick.checked ? [...chosen, card] : chosen.filter((one) => one !== card);
        ticked();
      }
      tick.parentElement.after(bar); // drawn at the foot of the window, and the next stop of Tab
      offer();
      write();
    });
  }
  compare.addEventListener("click", () => {
    turn(true);
    heading.focus();
  });
  const close = () => {
    turn(false);
    ticks.get(chosen.at(-1)).focus();
  };
  back.addEventListener("click", close);
  clear.addEventListener("click", () => {
    const last = ticks.get(chosen.at(-1));
    chosen = [];
    ticked();
    narrow();
    last.focus();
  });
  const lead = () => {
    const target = document.querySelector(":target");
    if (!target?.closest("[hidden]")) return;
    open = false; // a link leads to what is hidden
    job.value = word.value = "";
    narrow();
    target.scrollIntoView();
  };
  addEventListener("popstate", read);
  addEventListener("hashchange", lead);

  groups[0].before(spoken, form, none, bar, beside);
  read();
  lead();
})();
