(() => {
  const here = document.currentScript.src;
  document.documentElement.classList.remove("no-js");
  const find = (selector) => document.querySelector(selector);
  const drawers = [...document.querySelectorAll("#__navigation, #__toc")];
  const field = find(".page-search input") ?? find(".sidebar-search");
  const magnifier = find(".header-search");

  // The field where it is in sight; else the form comes down over the top of the page.
  const search = () => {
    if (getComputedStyle(field).visibility !== "visible") {
      if (!field.form.showPopover) {
        location.assign(magnifier.href);
        return;
      }
      field.form.popover = "auto";
      field.form.showPopover();
    }
    field.focus();
    field.select();
  };
  field.form.addEventListener("toggle", (event) => {
    if (event.newState === "closed") field.form.popover = null; // back to its place in the drawer
  });
  magnifier.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the link, in another tab
    event.preventDefault();
    search();
  });
  if (matchMedia("(hover: hover) and (pointer: fine)").matches && field.matches(".sidebar-search")) {
    field.placeholder = "Search (press /)";
    field.setAttribute("aria-keyshortcuts", "/");
  }

  // "/" searches, unless the reader is typing, also inside of somebody else's element. Read the
  // Docs hears the same key on its way up, and leaves it to a field: by then the focus is in ours.
  const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || event.composedPath()[0].matches(typing)) return;
    event.preventDefault();
    search();
  }, true);

  // An open drawer is a step of the history, so that Back closes it. Whatever else closes it takes
  // the step away again: its button, Escape, a link that is followed, and the form that is sent.
  const opened = () => history.state?.drawer;
  const sync = () => drawers.forEach((drawer) => { drawer.checked = drawer.id === opened(); });
  const close = (then) => {
    if (!opened()) {
      drawers.forEach((drawer) => { drawer.checked = false; });
      then?.();
      return;
    }
    if (then) addEventListener("popstate", () => setTimeout(then), { once: true });
    history.back(); // and `sync`
  };
  for (const drawer of drawers) {
    drawer.addEventListener("change", () => {
      if (!drawer.checked) return close();
      try {
        history[opened() ? "replaceState" : "pushState"]({ drawer: drawer.id }, "");
        sync();
      } catch {} // some browsers refuse it to a file: it opens, and Back leaves the page
    });
  }
  document.addEventListener("keydown", (event) => {
    const open = drawers.find((drawer) => drawer.checked);
    if (event.key !== "Escape" || !open) return;
    close();
    open.focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".sidebar-drawer a, .toc-drawer a");
    if (!link || !drawers.some((drawer) => drawer.checked)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in another tab
    event.preventDefault();
    if (opened() && link.href.split("#")[0] === location.href.split("#")[0]) {
      location.replace(link.href); // on this page: in the place of the drawer's step
      sync();
    } else close(() => location.assign(link.href));
  });
  find(".sidebar-search").form.addEventListener("submit", (event) => {
    if (!opened()) return;
    event.preventDefault();
    close(() => event.target.submit());
  });
  addEventListener("popstate", sync);
  addEventListener("pageshow", sync);

  // The entry of the page, and of the section that is read, is in sight in its list.
  const reveal = (list, entry) => {
    const { top, bottom, height } = list.getBoundingClientRect(), box = entry.getBoundingClientRect();
    if (box.top >= top && box.bottom <= bottom) return;
    list.scrollBy({ top: box.top - top - height / 2, behavior: "instant" });
  };
  const current = find(".sidebar-tree .current-page > a");
  if (current) reveal(find(".sidebar-scroll"), current);

  // The section that is read began above the top of the screen, or ends the page.
  const sections = [...document.querySelectorAll(".toc-tree a:not([href='#'])")]
    .map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))]);
  let marked, waiting;
  const mark = () => {
    waiting = false;
    const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const link = sections.findLast(([, place]) => end || place.getBoundingClientRect().top < 120)?.[0];
    if (link === marked) return;
    marked?.parentElement.classList.remove("scroll-current");
    link?.parentElement.classList.add("scroll-current");
    if (link) reveal(find(".toc-scroll"), link);
    marked = link;
  };
  if (sections.length) {
    mark();
    addEventListener("scroll", () => { waiting ||= requestAnimationFrame(mark); }, { passive: true });
  }

  // One stop of the Tab key for each part: arrows show and hide its chapters, as in a tree of folders.
  for (const fold of document.querySelectorAll(".toctree-checkbox")) {
    fold.tabIndex = -1;
    fold.parentElement.querySelector("a").addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") fold.checked = true;
      if (event.key === "ArrowLeft") fold.checked = false;
    });
  }

  // The colours: automatic, then the other ones than the reader's, then the reader's own.
  const colours = find(".colours"), { dataset } = document.body;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const names = { auto: "automatic", light: "light", dark: "dark" };
  const next = () => {
    const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    return order[(order.indexOf(dataset.theme) + 1) % 3];
  };
  const show = (theme) => {
    dataset.theme = theme in names ? theme : "auto";
    colours.title = `Colours: ${names[dataset.theme]}. Change to ${names[next()]}`;
    colours.setAttribute("aria-label", colours.title);
  };
  const stored = () => {
    try { return localStorage.theme; } catch { return dataset.theme; }
  };
  colours.addEventListener("click", () => {
    show(next());
    try { localStorage.theme = dataset.theme; } catch { /* it holds for this page */ }
  });
  dark.addEventListener("change", () => show(dataset.theme));
  addEventListener("pageshow", () => show(stored())); // it may have changed on another page

  // Marks each day that has passed for today's reader; the style sheet says in words what it means.
  const today = new Date().toISOString().slice(0, 10);
  for (const time of document.querySelectorAll("time[data-until]")) {
    time.classList.toggle("passed", time.dataset.until < today);
  }

  // What was sought is marked on the page that the search leads to: `?highlight=` has its beginnings.
  const sought = new URLSearchParams(location.search).get("highlight")?.match(/[a-z0-9]+/g);
  if (sought && window.Highlight) {
    const begins = new RegExp(`(?<![\\p{L}\\d])(?:${sought.join("|")})[\\p{L}\\d]*`, "giu");
    const article = document.querySelector("[role=main]"), ranges = [];
    const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const found of texts.currentNode.data.matchAll(begins)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, found.index);
        range.setEnd(texts.currentNode, found.index + found[0].length);
        ranges.push(range);
      }
    }
    CSS.highlights.set("sought", new Highlight(...ranges));
  }

  // Only who follows a reading path loads its bar: the address names the path, or this browser.
  let path = new URLSearchParams(location.search).get("path");
  try { path ??= localStorage.getItem("path"); } catch { /* only the address can name it */ }
  if (path) document.head.append(Object.assign(document.createElement("script"), { src: new URL("path.js", here).href }));
})();
