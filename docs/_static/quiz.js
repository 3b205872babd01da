// Feedback for a page's quiz. Without this file the quiz is complete: each answer can be opened.
(() => {
  const quiz = document.querySelector(".quiz");
  if (!quiz) return;
  const { add, button, status, form, read, letters } = handIn;
  const { key, page, list } = quiz.dataset;
  const fields = [...quiz.querySelectorAll(".quiz-question")];

  // For each question: what is picked and what was checked last, in this try.
  let state = read(key, fields.map((field) => field.querySelectorAll("input").length));
  const save = () => handIn.set("quiz:" + key, JSON.stringify(state));

  const questions = fields.map((field, number) => {
    const radios = [...field.querySelectorAll("input")];
    const reasons = field.querySelectorAll(".quiz-answer ul > li");
    const right = Number(field.dataset.right);
    const answer = () => (state.answers[number] ||= {});
    const bar = document.createElement("div");
    const feedback = status(bar, "quiz-feedback");

    const show = () => {
      const { picked, checked } = answer();
      radios.forEach((radio, place) => (radio.checked = place === picked));
      const done = checked !== undefined;
      field.classList.toggle("quiz-checked", done);
      feedback.classList.toggle("quiz-right", checked === right);
      feedback.textContent = "";
      if (!done) return;
      feedback.append(...reasons[checked].cloneNode(true).childNodes);
      feedback.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    };
    const check = () => {
      const { picked } = answer();
      if (picked === undefined) {
        feedback.textContent = "Choose an option first.";
        return;
      }
      answer().checked = picked;
      state.firsts[number] ??= picked; // the one that counts, whatever is chosen later
      show();
      finish();
      save();
    };
    radios.forEach((radio, place) => {
      radio.addEventListener("change", () => {
        answer().picked = place;
        save();
      });
      radio.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        check();
      });
    });
    bar.prepend(button(bar, "Check", check));
    show(); // before it is on the page, so that nothing is read out on load
    field.querySelector(".quiz-answer").before(bar);
    return { answer, right, show, radios };
  });

  const end = document.createElement("div");
  const score = status(end, "quiz-score");
  const proof = add(end, "div", "", "quiz-proof");
  const content = () => ({
    day: state.date,
    items: state.date ? [`${page} ${letters(state.firsts)} try ${state.tries}`] : [],
  });
  const show = form(proof, content);
  const again = button(end, "Start again", () => {
    state = { ...state, answers: [], tries: state.tries + 1 };
    questions.forEach((question) => question.show());
    finish();
    save();
    questions[0].radios[0].focus();
  });
  if (list) {
    const link = add(add(proof, "p", "", "quiz-list"), "a", "My quizzes");
    link.href = list;
    link.parentElement.append(": all that this browser keeps, and one line for a whole path.");
  }
  const finish = () => {
    const firsts = questions.map((_, number) => state.firsts[number] ?? undefined);
    again.hidden = questions.every(({ answer }) => answer().checked === undefined);
    proof.hidden = firsts.includes(undefined);
    if (proof.hidden) return (score.textContent = "");
    const now = new Date();
    state.date ||= new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);
    const right = questions.filter((question, number) => question.right === firsts[number]).length;
    const begun = { 1: "once", 2: "twice" }[state.tries] ?? `${state.tries} times`;
    const said = ` Your first answers count; later tries do not change the score. You began this quiz ${begun}. Nothing leaves this browser.`;
    if (!score.textContent.endsWith(said)) {
      score.textContent = "";
      add(score, "strong", `${right} of ${questions.length} right.`);
      score.append(said);
    }
    show();
  };
  finish();
  quiz.append(end);
  quiz.classList.add("quiz-live");
})();
