// *Line and answer*: the line to hand in, and what this browser keeps of the quizzes. examples/jukebox/labs/hand_in.py reads it.
window.handIn = (() => {
  const NAME = "hand-in:name";
  const LONGEST = 60;
  const LETTERS = "ABCDEFGHIJ";

  // Storage may be blocked: then all works, and is forgotten with the page.
  const get = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const set = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {}
  };
  const keys = () => {
    try {
      return Object.keys(localStorage);
    } catch {
      return [];
    }
  };
  const forget = () => {
    for (const key of keys().filter((key) => key === NAME || key.startsWith("quiz:"))) localStorage.removeItem(key);
    name = "";
  };

  // A quiz: `answers` of this try, the place of each first answer (`firsts`), when these were
  // complete (`date`), how often it was begun (`tries`). What an older version of this file kept has
  // the first answers among `answers`.
  const read = (key, options) => {
    const fresh = { answers: [], firsts: [], tries: 1 };
    try {
      const saved = JSON.parse(get("quiz:" + key));
      if (!Array.isArray(saved?.answers)) return fresh;
      const state = { ...fresh, firsts: saved.answers.map((answer) => answer?.first ?? null), ...saved };
      const valid = (place, number) => place == null || (Number.isInteger(place) && place >= 0 && place < options[number]);
      const places = (answer, number) =>
        answer == null || (typeof answer === "object" && [answer.picked, answer.checked].every((place) => valid(place, number)));
      return state.firsts.every(valid) && state.answers.every(places) && state.tries >= 1 ? state : fresh;
    } catch {
      return fresh;
    }
  };
  const letters = (firsts) => firsts.map((place) => LETTERS[place]).join(" ");

  // One kind of dash, quote and space, as mail programs change them; nothing invisible but joiners.
  const clean = (text) =>
    text
      .normalize("NFC")
      .replace(/[\u2010-\u2015\u2212·•∙⋅]/g, "-")
      .replace(/[\u2018\u2019\u02bc]/g, "'")
      .replace(/[\s\x1c-\x1f\x85]+/g, " ")
      .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu, "")
      .replace(/ +/g, " ")
      .trim();
  const shorten = (name) => [...name].slice(0, LONGEST).join("").trim();
  const checksum = (text) => {
    let crc = -1;
    for (const byte of new TextEncoder().encode(text)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (~crc >>> 0).toString(16).padStart(8, "0").slice(0, 6);
  };
  const line = (name, day, items) => {
    const body = [name, day, ...items].join(" · ");
    return `${body} · ${checksum(body)}`;
  };

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
  const status = (parent, className, name = "div") => {
    const element = add(parent, name, "", className);
    element.setAttribute("role", "status");
    return element;
  };

  let name = get(NAME) ?? "";
  // Add the field for the name, the line and its button. `content()` gives { day, items }; call
  // what is returned when it has changed.
  const form = (parent, content) => {
    const label = add(parent, "label", "Your name ", "quiz-name");
    const field = add(label, "input");
    Object.assign(field, { type: "text", autocomplete: "name", maxLength: LONGEST, spellcheck: false });
    const proof = add(parent, "code");
    proof.tabIndex = 0; // a long line scrolls
    const copy = button(parent, "Copy", async () => {
      if (!shorten(clean(name))) {
        note.textContent = "Type your name first.";
        return field.focus();
      }
      try {
        await navigator.clipboard.writeText(proof.textContent);
        note.textContent = "Copied.";
      } catch {
        getSelection().selectAllChildren(proof); // no clipboard here
        note.textContent = "Selected, ready to copy.";
      }
    });
    const note = status(parent, "quiz-note");
    add(parent, "p", "The line is for your trainer, and nothing sends it but you. It is a courtesy and no proof.", "quiz-courtesy");
    const show = () => {
      const { day, items } = content();
      const given = shorten(clean(name));
      if (field !== document.activeElement) field.value = name;
      copy.hidden = !items.length;
      note.textContent = "";
      proof.classList.toggle("quiz-waits", !given || !items.length);
      if (!items.length) proof.textContent = "No quiz is done yet.";
      else if (!given) proof.textContent = "Type your name, and the line to hand in stands here, with your first answers.";
      else proof.textContent = line(given, day, items);
    };
    field.addEventListener("input", () => {
      set(NAME, (name = field.value));
      show();
    });
    const elsewhere = () => {
      name = get(NAME) ?? name;
      show();
    };
    addEventListener("pageshow", elsewhere); // the name may have been typed on another page
    addEventListener("storage", elsewhere);
    show();
    return show;
  };

  return { add, button, status, form, get, keys, set, read, letters, line, clean, forget };
})();
