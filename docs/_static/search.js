// The search page. `searchindex.js` holds the sections and, for each word, how much each of them is
// about it; `docs/_ext/search.py` makes it, and says how. It comes with the first query.
(() => {
  const LEVELS = 26, AT_ONCE = 10, OF_A_PAGE = 3, TOP = 1.2, LEAST = 0.12;
  let index; // once it is there

  // Splits a text into words as search.py does.
  const split = (text) => text.toLowerCase().replaceAll("\u2019", "'").normalize("NFKD")
    .replace(/[\u0300-\u036f]|'s\b/g, "")
    .replace(/\b(?:[a-z]\.){2,}/g, (found) => found.replaceAll(".", ""))
    .replace(/\b([a-z])\/([a-z])\b/g, "$1$2")
    .match(/[a-z0-9]+/g)?.filter((word) => word.length > 1 && word.length < 30) ?? [];
  const telling = (words) => words.filter((word) => !index.stop.has(word));

  // Reads the index: each word that is written on the site leads to the group of its stem.
  const read = ({ words, stop, common, ...rest }) => {
    const groups = [], forms = new Map();
    for (const line of words) {
      const [written, packed] = line.split("|");
      for (const form of written.split(" ")) forms.set(form, groups.length);
      groups.push({ forms: written.split(" "), packed });
    }
    return { ...rest, groups, forms, headings: [], stop: new Set(stop), common: new Set(common) };
  };

  // Returns [[section, impact from 0 to 1], ...] of a group.
  const places = (group) => {
    const { packed } = group;
    if (group.places) return group.places;
    group.places = [];
    let section = -1;
    for (const [, step, level] of packed.matchAll(/([0-9a-z]*)([A-Z])/g)) {
      section += step ? parseInt(step, 36) : 1;
      group.places.push([section, (level.charCodeAt(0) - 64.5) / LEVELS]);
    }
    return group.places;
  };

  // A word that is on few sections weighs more: BM25's idf.
  const weigh = (group) => {
    const some = places(group).length;
    return Math.log(1 + (index.sections.length - some + 0.5) / (some + 0.5));
  };

  // Tells by how many letters two words differ: wrong, missing, too many or swapped.
  const distance = (one, other) => {
    let before, last = [...Array(other.length + 1).keys()];
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] !== other[j - 1]));
        if (before && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      [before, last] = [last, row];
    }
    return last[other.length];
  };

  // Returns the word of the site that a query's word is, begins, or nearly is.
  const nearest = (word, begun) => {
    if (index.forms.has(word)) return word;
    const often = (form) => places(index.groups[index.forms.get(form)]).length;
    const best = (some) => some.sort((a, b) => often(b) - often(a))[0];
    const all = [...index.forms.keys()];
    const whole = begun && word.length > 2 && best(all.filter((form) => form.startsWith(word)));
    if (whole) return whole;
    if (word.length < 5 || /\d/.test(word)) return undefined;
    for (let most = 1; most <= (word.length < 8 ? 1 : 2); most++) {
      const near = best(all.filter((form) => form[0] === word[0] &&
        Math.abs(form.length - word.length) <= most && distance(form, word) <= most));
      if (near) return near;
    }
  };

  // Returns the groups of a heading, and of what it has before a colon. A heading that many sections
  // share, such as “What it costs”, says nothing of any.
  const headingsOf = (section) => index.headings[section] ??= (() => {
    const heading = index.sections[section][2];
    if (index.common.has(heading)) return [new Set()];
    return [heading, heading.split(/[:,?] /)[0]].map((text) =>
      new Set(telling(split(text)).map((word) => index.groups[index.forms.get(word)])));
  })();

  // Tells whether a section is of a page that explains, and not of a list.
  const explains = ([section]) => index.pages[index.sections[section][0]][2] !== "list";

  // Returns {section: score} for some groups.
  const score = (groups) => {
    const whole = groups.reduce((sum, group) => sum + weigh(group), 0), sums = new Map();
    for (const group of groups) {
      for (const [section, impact] of places(group)) {
        const sum = sums.get(section) ?? { much: 0, has: 0 };
        sum.much += weigh(group) * impact;
        sum.has += weigh(group);
        sums.set(section, sum);
      }
    }
    return [...sums].map(([section, { much, has }]) => {
      const [page, anchor] = index.sections[section];
      const alike = Math.max(...headingsOf(section).map((heading) => {
        const shared = groups.filter((group) => heading.has(group));
        const weight = shared.reduce((sum, group) => sum + weigh(group), 0);
        return (shared.length / Math.max(1, heading.size)) * (weight / whole);
      }));
      const other = alike < 1 && index.pages[page][2] === "term"; // a definition of something else
      const value = (anchor ? 1 : TOP) * (much / whole + (other ? 0 : alike)) * (has / whole);
      return [section, value, has > 0.999 * whole];
    });
  };

  // Returns the sections that answer a query, the best first; its words that no page explains; those
  // that were taken for another; what was looked for beside it; whether no section has all its words;
  // and how what was sought begins, for marking it.
  const search = (query, typing) => {
    const asked = split(query), meant = telling(asked);
    const stem = (word) => index.forms.get(word) ?? word; // words of one stem are one
    const stems = meant.map(stem);
    const key = (words) => words.map(stem).join(" ");
    const scores = new Map(), marks = new Set(), missing = [], taken = [], also = [];
    let covered = false; // whether a section has each word that was asked
    const ways = [[meant.length ? meant : asked, 1]];
    for (const [theirs, ours] of Object.entries(index.same)) {
      const said = telling(split(theirs)).map(stem);
      if (!said.every((word) => stems.includes(word))) continue;
      const rest = meant.filter((word) => !said.includes(stem(word)));
      ways.push([[...rest, ...telling(split(ours))], 0.95]);
      also.push(ours);
    }
    for (const [words, worth] of ways) {
      const groups = new Set();
      words.forEach((word, n) => {
        const near = nearest(word, typing && n === words.length - 1);
        const group = near && index.groups[index.forms.get(near)];
        if (group) groups.add(group);
        if (ways.length === 1 && !(group && places(group).some(explains))) missing.push(word);
        if (worth === 1 && near && !near.startsWith(word)) taken.push([word, near]);
      });
      for (const { forms } of marks.size ? [] : groups) {
        const [first] = forms;
        let length = first.length;
        while (!forms.every((form) => form.startsWith(first.slice(0, length)))) length--;
        marks.add(first.slice(0, length));
      }
      for (const [section, value, all] of groups.size ? score([...groups]) : []) {
        if (worth === 1 && all && explains([section])) covered = true;
        scores.set(section, Math.max(scores.get(section) ?? 0, worth * value));
      }
    }
    const partly = ways[0][0].length > 1 && !covered;
    const best = Object.entries(index.best)
      .find(([text]) => key(telling(split(text))) === key(meant))?.[1];
    const least = LEAST * Math.max(...scores.values());
    const sorted = [...scores].filter(([, value]) => value >= least)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([section]) => section);
    const all = [...new Set([...(best ?? []), ...sorted])], pages = new Map(), later = [];
    const found = all.filter((section) => {
      const [page] = index.sections[section], before = pages.get(page) ?? 0;
      pages.set(page, before + 1);
      return before < OF_A_PAGE || !later.push(section);
    });
    return { found: [...found, ...later], missing, taken, also, partly, marks: [...marks] };
  };

  const form = document.querySelector(".page-search");
  const field = form.querySelector("input");
  const list = document.getElementById("search-results");
  const said = document.getElementById("search-said");
  const more = document.getElementById("search-more");
  const start = document.getElementById("search-start");
  const root = document.documentElement.dataset.content_root;

  // Adds an element with a text in which what begins as a mark does is marked.
  const add = (parent, name, text, marks = []) => {
    const element = parent.appendChild(document.createElement(name));
    const begins = new RegExp(`(?<![a-z0-9])((?:${marks.join("|")})[\\p{L}\\d]*)`, "giu");
    (marks.length ? text.split(begins) : [text]).forEach((part, n) => {
      if (n % 2) element.appendChild(document.createElement("mark")).textContent = part;
      else element.append(part);
    });
    return element;
  };

  const show = (section, marks) => {
    const [page, anchor, heading, lead] = index.sections[section];
    const [address, title, kind] = index.pages[page];
    const item = list.appendChild(document.createElement("li"));
    const link = add(item, "a", heading, marks);
    const sought = `?highlight=${encodeURIComponent(marks.join(" "))}`;
    link.href = `${root}${address}${marks.length ? sought : ""}${anchor && "#"}${anchor}`;
    const place = add(item, "p", "");
    place.className = "search-place";
    add(place, "span", kind).className = "search-kind";
    if (heading !== title) place.append(title);
    if (lead) add(item, "p", lead, marks);
  };

  const quoted = (words) => words.map((word) => `“${word}”`).join(", ");
  const answer = (query, typing) => {
    const { found, missing, taken, also, partly, marks } = search(query, typing);
    const count = `${found.length} ${found.length === 1 ? "section" : "sections"}`;
    const sentences = missing.length && found.length ? [`Nothing here explains ${quoted(missing)}.`] : [];
    sentences.push(found.length ? `${count} for “${query}”.` : `Nothing here is about “${query}”.`);
    for (const [word, near] of taken) sentences.push(`“${word}” was read as “${near}”.`);
    if (also.length) sentences.push(`Also looked for: ${quoted(also)}.`);
    if (partly && found.length && !missing.length && !also.length) sentences.push("No section has all of these words.");
    said.textContent = sentences.join(" ");
    list.replaceChildren();
    const rest = [...found];
    const next = () => {
      const first = list.children.length;
      rest.splice(0, AT_ONCE).forEach((section) => show(section, marks));
      more.hidden = !rest.length;
      return list.children[first];
    };
    next();
    more.onclick = () => next().querySelector("a").focus();
    start.hidden = found.length > 0;
  };

  const ask = (typing) => {
    const query = field.value.trim();
    try { // a page from the disk may not change its address
      history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    } catch {}
    if (query && index) return answer(query, typing);
    said.textContent = query ? "Searching …" : "";
    list.replaceChildren();
    more.hidden = true;
    start.hidden = Boolean(query);
  };

  // The index calls this as it comes.
  globalThis.handbookSearch = (raw) => {
    index = read(raw);
    ask(false);
  };
  const load = () => {
    if (load.begun) return;
    load.begun = document.head.appendChild(document.createElement("script"));
    load.begun.onerror = () => { said.textContent = "The search's index did not come: reload the page."; };
    load.begun.src = form.dataset.index;
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("focus", load);
  field.addEventListener("input", () => { load(); ask(true); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    load();
    ask(false);
    if (matchMedia("(hover: none)").matches) field.blur(); // the keyboard hides what was found
  });
  if (field.value) {
    load();
    ask(false);
  }
  if (matchMedia("(hover: hover)").matches) field.focus();
})();
