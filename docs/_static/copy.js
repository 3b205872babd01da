// A button on each block of code copies it; of a terminal's session, only what is typed.
// Without this file, or where a page may not write to the clipboard, there is none.
(() => {
  if (!navigator.clipboard) return;
  // A command goes on below `<<EOF` up to `EOF`, and below a line that ends in a backslash.
  const commands = /^\$ (.*<<'?EOF\b[^]*?^EOF$|(?:.*\\\n)*.*)/gm;
  const typed = (session) => Array.from(session.matchAll(commands), (found) => found[1]).join("\n");

  for (const code of document.querySelectorAll("[class*=highlight-]:not(.highlight-output) pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.ariaLive = "polite"; // a screen reader says how it went
    button.addEventListener("click", async () => {
      const text = code.textContent.trimEnd();
      const copied = navigator.clipboard.writeText(code.closest(".highlight-console") ? typed(text) : text);
      button.textContent = await copied.then(() => "Copied", () => "Not copied");
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    code.after(button);
  }
})();
