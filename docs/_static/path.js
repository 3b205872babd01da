// The bar of a reader on a path: which stop this is, what comes next, how long the rest takes.
// The address names the path (`?path=managers`) or, if it may keep things, this browser does.
(() => {
  const here = document.currentScript;
  const root = new URL("..", here.src);
  const search = new URLSearchParams(location.search);
  const add = (parent, name, text = "", properties = {}) =>
    parent.appendChild(Object.assign(document.createElement(name), { textContent: text }, properties));

  let kept = null; // what this browser kept, or null if it refuses
  try {
    kept = localStorage.getItem("path");
  } catch {}
  const id = search.get("path") ?? kept;

  const plain = (url) => url.pathname.replace(/(index)?(\.html)?$/, "");
  const inWords = (minutes) => {
    if (minutes < 120) return `${minutes} min`;
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ""}`;
  };

  const show = ([pages, paths]) => {
    const known = Object.hasOwn(paths, id);
    try {
      if (known) localStorage.setItem("path", (kept = id));
      else localStorage.removeItem("path");
    } catch {
      kept = null;
    }
    if (!known) return;
    const [name, numbers, end, called] = paths[id];
    const stops = numbers.map((number) => pages[number]);
    const at = stops.findIndex(([page]) => plain(new URL(page, root)) === plain(location));
    if (at < 0) return;
    // A browser that keeps nothing needs the path in each address.
    const address = (page) => new URL(page, root).href + (kept === id ? "" : `?path=${id}`);
    const left = stops.slice(at).reduce((sum, [, , minutes]) => sum + minutes, 0);

    const bar = document.createElement("nav");
    bar.className = "path-bar";
    bar.ariaLabel = `Your reading path: ${name}`;
    const folded = add(bar, "details");
    const summary = add(folded, "summary");
    add(summary, "span", "Stops", { className: "path-stops" });
    const place = add(summary, "span");
    add(place, "strong", name);
    place.append(` ${at + 1} of ${stops.length}`);
    add(place, "span", ` · ${inWords(left)} left`, { className: "path-left" });
    const list = add(folded, "ol");
    stops.forEach(([page, title, minutes], number) => {
      const line = add(add(list, "li"), "p");
      const link = add(line, "a", title, { href: address(page) });
      if (number === at) link.ariaCurrent = "page";
      add(line, "span", ` ${minutes} min`);
    });
    // What is said of leaving stands where the bar was; a place that is there before is read aloud.
    const status = Object.assign(document.createElement("div"), { className: "path-status", role: "status" });
    const keep = (address, change) => {
      try {
        change(localStorage);
      } catch {}
      try {
        history.replaceState(null, "", address);
      } catch {} // an address of the disk may not be changed
    };
    add(folded, "button", "Leave this path", { type: "button" }).addEventListener("click", () => {
      const address = location.href;
      search.delete("path");
      keep(location.pathname + (search.size ? `?${search}` : "") + location.hash, (store) => store.removeItem("path"));
      bar.remove();
      status.textContent = "You left the path. ";
      const undo = add(status, "button", "Undo", { type: "button" });
      undo.addEventListener("click", () => {
        keep(address, (store) => store.setItem("path", id));
        status.textContent = "";
        folded.open = false;
        status.before(bar);
        summary.focus({ preventScroll: true });
      });
      undo.focus({ preventScroll: true });
    });
    const next = stops[at + 1];
    const on = add(bar, "a", "", { className: "path-next", href: next ? address(next[0]) : new URL(end, root).href });
    add(on, "span", next ? "Next: " : "Last stop. Back to ");
    on.append(next ? next[1] : called);
    on.classList.toggle("path-end", !next);
    bar.style.setProperty("--done", (at + 1) / stops.length);

    folded.addEventListener("toggle", () => {
      const mark = list.children[at];
      list.scrollTop = mark.offsetTop - list.offsetTop - mark.offsetHeight;
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !folded.open) return;
      folded.open = false;
      summary.focus();
    });
    document.getElementById("path-bar").replaceWith(bar, status);
    add(document.head, "script", "", { src: new URL("done.js", here.src).href }); // ticks its list
  };

  // The bar is never seen without its style.
  const loaded = (name, properties) =>
    new Promise((done) => {
      const element = add(document.head, name, "", properties);
      element.addEventListener("load", () => done(element));
    });
  Promise.all([
    loaded("script", { src: new URL("paths.js", here.src).href }),
    loaded("link", { rel: "stylesheet", href: new URL("path.css", here.src).href }),
  ]).then(([data]) => show(data.paths));
})();
