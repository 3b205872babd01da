// Feedback for a page's quiz. Without this file the quiz is complete: each answer can be opened.
(() => {
  const quiz = document.querySelector(".quiz");
  if (!quiz) return;
  const key = "quiz:" + quiz.dataset.key;
  const add = (parent, name, text = "", className = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    element.className = className;
    return parent.appendChild(element);
  };
  const button = (parent, text, action) => {
    const element = add(parent, "button", text, "quiz-button");
    element.type = "button";
    element.addEventListener("click", action);
    return element;
  };
  const status = (parent, className) => {
    const element = add(parent, "div", "", className);
    element.setAttribute("role", "status");
    return element;
  };

  // For each question: what is picked, what was checked last, what was checked first.
  let state = { answers: [] };
  try {
    const saved = JSON.parse(localStorage.getItem(key));
    if (Array.isArray(saved?.answers)) state = saved;
  } catch {} // storage is blocked: the quiz works, and forgets
  const save = () => {
    try {
      localStorage.setItem(key, JSON.stringify(state));
    } catch {}
  };

  const questions = [...quiz.querySelectorAll(".quiz-question")].map((field, number) => {
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
      const { picked, first } = answer();
      if (picked === undefined) {
        feedback.textContent = "Choose an option first.";
        return;
      }
      Object.assign(answer(), { checked: picked, first: first ?? picked });
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
  const line = add(end, "div", "", "quiz-proof");
  const proof = add(line, "code");
  button(line, "Copy", async () => {
    try {
      await navigator.clipboard.writeText(proof.textContent);
      note.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(proof); // no clipboard here
      note.textContent = "Selected, ready to copy.";
    }
  });
  const note = status(line, "quiz-note");
  const again = button(end, "Start again", () => {
    state = { answers: [] };
    questions.forEach((question) => question.show());
    finish();
    try {
      localStorage.removeItem(key);
    } catch {}
    questions[0].radios[0].focus();
  });
  const finish = () => {
    const firsts = questions.map(({ answer }) => answer().first);
    again.hidden = firsts.every((first) => first === undefined);
    line.hidden = firsts.includes(undefined);
    note.textContent = "";
    if (line.hidden) return (score.textContent = "");
    const now = new Date();
    state.date ||= new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);
    const right = questions.filter((question, number) => question.right === firsts[number]).length;
    const result = `${right} of ${questions.length}`;
    if (!score.textContent) {
      add(score, "strong", `${result} right. `);
      score.append("Your first answers count; later tries do not change the score. Nothing leaves this browser.");
    }
    proof.textContent = `${quiz.dataset.proof} · ${state.date} · ${result}`;
  };
  finish();
  quiz.append(end);
  quiz.classList.add("quiz-live");
})();
