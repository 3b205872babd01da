// "/" reaches the search field, unless the reader is typing; Escape closes an open drawer.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const id of ["__navigation", "__toc"]) {
      const drawer = document.getElementById(id);
      if (drawer?.checked) {
        drawer.checked = false;
        drawer.focus();
      }
    }
  }
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(typing)) return;
  event.preventDefault();
  const field = document.querySelector(".page-search input, .sidebar-search");
  if (field.closest(".sidebar-drawer")) document.getElementById("__navigation").checked = true;
  field.focus();
});

// Marks each day that has passed for today's reader; the style sheet says in words what that means.
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
