// Sphinx puts this into language_data.js, which the search page loads after searchtools.js.
// To Sphinx, a glossary term is an index entry: its result is called "Glossary", and its summary
// is the bare term. Here the result is named after the term, shows the definition, and comes first.
const isTerm = (anchor) => (anchor || "").startsWith("#term-");

Scorer.score = (result) => {
  const [docname, , anchor, , score] = result;
  if (!isTerm(anchor)) return score;
  const { docnames, indexentries } = Search._index;
  const [term] = Object.entries(indexentries).find(([, places]) =>
    places.some(([file, id]) => docnames[file] === docname && `#${id}` === anchor));
  result[1] += ` > ${term}`;
  return score + 1000;
};

const textOf = Search.htmlToText;
Search.htmlToText = (html, anchor) => {
  if (!isTerm(anchor)) return textOf(html, anchor);
  let place = new DOMParser().parseFromString(html, "text/html").querySelector(anchor);
  const term = place.firstChild.textContent;
  while (place.tagName === "DT") place = place.nextElementSibling; // terms may share a definition
  return `${term}: ${place.textContent}`; // the summary begins near the first word that was sought
};
