// My quizzes: what this browser keeps of each quiz, by path, as a table and as one line to hand in.
(() => {
  const place = document.querySelector(".my-quizzes");
  if (!place) return;
  const { add, button, status, form, get, keys, read, letters, forget } = handIn;
  const here = document.currentScript;
  const root = new URL("..", here.src);

  // What is known of a quiz: its first score, how often it was begun, or why there is none.
  const look = ([key, questions], page) => {
    const state = read(key, questions.map(([, options]) => options));
    const given = state.firsts.filter((first) => first != null).length;
    const done = Boolean(state.date) && given === questions.length;
    const right = questions.filter(([right], number) => right === state.firsts[number]).length;
    const older = keys().some((one) => one.startsWith(`quiz:modules/${page}:`) && one !== "quiz:" + key);
    let said = "not begun";
    if (done) said = `${right} of ${questions.length}`;
    else if (given) said = `${given} answered`;
    else if (older) said = "new questions"; // those of another version were answered
    return { ...state, done, right, given, said, of: questions.length };
  };

  const show = ({ quizzes, paths }) => {
    place.textContent = "";
    const choice = add(add(place, "label", "Path ", "quiz-name"), "select");
    add(choice, "option", "All chapters").value = "";
    for (const [id, [name]] of Object.entries(paths)) add(choice, "option", name).value = id;
    choice.value = Object.hasOwn(paths, get("path")) ? get("path") : "";
    const summary = status(place, "", "p");
    const proof = add(place, "div", "", "quiz-proof");
    const box = add(place, "div", "", "table-wrapper docutils container");
    const table = add(box, "table", "", "docutils");
    const head = add(add(table, "thead"), "tr");
    for (const name of ["Chapter", "First answers", "Begun"]) {
      add(head, "th", name).scope = "col";
    }
    const body = add(table, "tbody");
    const rest = add(place, "details");
    const count = add(rest, "summary");
    const list = add(rest, "ul");

    let found = [];
    const refresh = form(proof, () => {
      const done = found.filter(([, { done }]) => done);
      return {
        day: done.map(([, { date }]) => date).sort().at(-1), // of the newest answers
        items: done.map(([page, { firsts, tries }]) => `${page} ${letters(firsts)} try ${tries}`),
      };
    });
    const fill = () => {
      const pages = choice.value ? paths[choice.value][1] : Object.keys(quizzes);
      found = pages.map((page) => [page, look(quizzes[page].slice(2), page)]);
      body.textContent = list.textContent = "";
      for (const [page, { said, given, tries }] of found) {
        const fresh = said === "not begun";
        const row = fresh ? add(list, "li") : add(body, "tr");
        const [title, uri] = quizzes[page];
        add(fresh ? row : add(row, "td"), "a", title, "reference internal").href = new URL(uri, root).href;
        if (fresh) continue;
        add(row, "td", said);
        add(row, "td", given || tries > 1 ? `${tries} ×` : "");
      }
      box.hidden = !body.children.length;
      rest.hidden = !list.children.length;
      count.textContent = `Not begun: ${list.children.length}`;
      const done = found.filter(([, { done }]) => done);
      const sum = (all, key) => all.reduce((total, [, one]) => total + one[key], 0);
      const score = done.length ? ` Right at the first answer: ${sum(done, "right")} of ${sum(done, "of")} questions.` : "";
      summary.textContent = `${done.length} of ${found.length} quizzes are done.${score}`;
      refresh();
    };
    choice.addEventListener("change", fill);
    addEventListener("pageshow", fill); // the reader may come back from a quiz
    fill();

    const sure = document.createElement("dialog");
    sure.setAttribute("aria-labelledby", "forget-all");
    add(sure, "p", "Forget your name, all answers and all tries in this browser? Nobody can bring them back.").id = "forget-all";
    const ask = button(place, "Forget everything here", () => sure.showModal());
    const told = status(place, "quiz-note");
    button(sure, "Keep it", () => sure.close());
    button(sure, "Forget it", () => {
      forget();
      sure.close();
      fill();
      told.textContent = "Forgotten.";
      ask.focus();
    });
    place.append(sure);
  };

  const data = add(document.head, "script");
  data.addEventListener("load", () => show(data.quizzes));
  data.src = new URL("quizzes.js", here.src).href;
})();
