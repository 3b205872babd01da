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
    if (minutes < 120) return `${minutes} minutes`;
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} hours${rest ? ` ${rest} minutes` : ""}`;
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
    const [name, listed, numbers] = paths[id];
    const stops = numbers.map((number) => pages[number]);
    const at = stops.findIndex(([page]) => plain(new URL(page, root)) === plain(location));
    if (at < 0) return;
    // A browser that keeps nothing needs the path in each address.
    const address = (page) => new URL(page, root).href + (kept === id ? "" : `?path=${id}`);
    const left = stops.slice(at).reduce((sum, [, , minutes]) => sum + minutes, 0);

    const bar = document.createElement("nav");
    bar.className = "path-bar";
    bar.ariaLabel = "Your reading path";
    const folded = add(bar, "details");
    const summary = add(folded, "summary");
    add(summary, "strong", name);
    add(summary, "span", `, ${at + 1} of ${stops.length}`);
    add(summary, "span", ` · ${inWords(left)} left`, { className: "path-left" });
    const list = add(folded, "ol");
    stops.forEach(([page, title, minutes], number) => {
      const line = add(add(list, "li"), "p");
      const link = add(line, "a", title, { href: address(page) });
      if (number === at) link.ariaCurrent = "page";
      add(line, "span", ` ${minutes} min`);
    });
    add(folded, "button", "Leave this path", { type: "button" }).addEventListener("click", () => {
      try {
        localStorage.removeItem("path");
      } catch {}
      search.delete("path");
      try {
        history.replaceState(null, "", location.pathname + (search.size ? `?${search}` : "") + location.hash);
      } catch {} // an address of the disk may not be changed
      bar.remove();
      document.getElementById("furo-main-content").focus();
    });
    const next = stops[at + 1];
    const on = add(bar, "a", "", { className: "path-next", href: next ? address(next[0]) : new URL(listed, root).href });
    add(on, "span", next ? "Next: " : "");
    on.append(next ? next[1] : "The end: all paths");
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
    document.getElementById("path-bar").replaceWith(bar);
    add(document.head, "script", "", { src: new URL("done.js", here.src).href }); // ticks its list
  };

  add(document.head, "link", "", { rel: "stylesheet", href: new URL("path.css", here.src).href });
  const data = add(document.head, "script", "", { src: new URL("paths.js", here.src).href });
  data.addEventListener("load", () => show(data.paths));
})();
