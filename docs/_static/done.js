// Ticks each chapter whose quiz this browser keeps as done: in the list of a part, in the bar of a path.
(() => {
  const root = new URL("..", document.currentScript.src).href;
  const done = (page) => {
    try {
      const key = `quiz:${page}:`;
      return Object.keys(localStorage).some((k) => k.startsWith(key) && JSON.parse(localStorage.getItem(k))?.date);
    } catch {
      return false; // nothing may be kept here
    }
  };
  const tick = () => {
    for (const link of document.querySelectorAll(".chapters a, .path-bar li a")) {
      const line = link.closest("p");
      line.querySelector(".quiz-done")?.remove();
      if (!done(link.href.slice(root.length).replace(/\.html.*/, ""))) continue;
      const mark = document.createElement("span");
      mark.className = "quiz-done";
      mark.textContent = " ✓ quiz done";
      line.append(mark);
    }
  };
  tick();
  addEventListener("pageshow", tick); // the reader may come back from a quiz
})();
