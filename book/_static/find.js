// The page of results. Nothing is loaded before there is a question; then the index (finding.py),
// which is looked through here: lessons, the glossary, the reference and other pages, in this order.
(() => {
  const SHOWN = 3; // of each kind; the rest unfolds
  const WIDTH = 220; // of an excerpt, in characters
  const KINDS = [
    ["Lessons", ["lesson"]],
    ["Glossary", ["glossary"]],
    ["Reference and other pages", ["name", "page"]],
  ];
  const IDLE = new Set(
    ("a about an and are as at be by can do does for from get how i if in into is it its me my of on or "
     + "should so than that the then there this to use was what when where which who why with you your")
      .split(" "),
  );

  // A word as it is compared: without its ending; a Chinese sign is a word.
  const WORD = /\p{Script=Han}|[\p{L}\p{N}_]+/gu;
  const stem = (word) => {
    const bare = word.normalize("NFKC").toLowerCase();
    if (bare.length < 5) return bare.length > 3 ? bare.replace(/s$/, "") : bare;
    return bare.replace(/(ies|ing|ed|es|e|s|y)$/, "").replace(/([^aeiou])\1$/, "$1");
  };
  const wordsOf = (text) => text.match(WORD) ?? [];
  const partsOf = (word) => word.split(/_|(?<=\p{Ll})(?=\p{Lu})/u).filter(Boolean); // clip_grad, StepLR
  const allOf = (word) => [...new Set([word, ...partsOf(word)])];

  // How many letters must be added, left out, changed or exchanged with their neighbour.
  const distance = (a, b) => {
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      rows.push([i]);
      for (let j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
          rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  };

  // How often each word stands in each section, and each word as it is written.
  const indexed = (course) => {
    const written = new Map();
    const count = (text, weight, counts = new Map()) => {
      for (const word of wordsOf(text).flatMap(allOf)) {
        const key = stem(word);
        if (!written.has(key)) written.set(key, word);
        counts.set(key, (counts.get(key) ?? 0) + weight);
      }
      return counts;
    };
    const pages = course.map((page) => ({
      ...page,
      sections: page.in.map(([place, title, text], i) => ({
        place, title, text,
        counts: count(i ? title : page.title, i ? 4 : 8, count(text, 1)),
        named: count(i ? title : page.title, 1),
      })),
    }));
    const holders = new Map();
    for (const page of pages)
      for (const { counts } of page.sections)
        for (const key of counts.keys()) holders.set(key, (holders.get(key) ?? 0) + 1);
    return { pages, holders, written };
  };

  // The words of the index that a word of the question means, each with how well it fits.
  const meant = (word, holders) => {
    const key = stem(word);
    const fits = new Map();
    if (holders.has(key)) fits.set(key, 1);
    if (key.length > 2)
      for (const other of holders.keys())
        if (other !== key && other.startsWith(key)) fits.set(other, 0.4);
    const slips = key.length < 4 ? 0 : key.length < 7 ? 1 : 2;
    if (!fits.size && slips) {
      const near = [...holders.keys()]
        .filter((other) => Math.abs(other.length - key.length) <= slips)
        .map((other) => [distance(key, other), -holders.get(other), other])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])[0];
      if (near && near[0] <= slips) return { fits: new Map([[near[2], 1]]), mended: near[2] };
    }
    return { fits, mended: null };
  };

  const search = (question, { pages, holders, written }) => {
    const asked = wordsOf(question).flatMap((word) => (holders.has(stem(word)) ? [word] : partsOf(word)));
    const telling = asked.filter((word) => !IDLE.has(word.toLowerCase()));
    const terms = (telling.length ? telling : asked).map((word) => ({ word, ...meant(word, holders) }));
    const total = pages.reduce((sum, page) => sum + page.sections.length, 0);
    for (const term of terms) {
      const rarest = Math.min(total, ...[...term.fits.keys()].map((key) => holders.get(key)));
      term.weight = Math.log(1 + total / rarest);
    }
    const strength = ({ fits }, counts) => {
      let sum = 0;
      for (const [key, fit] of fits) sum += fit * (counts.get(key) ?? 0);
      return sum / (sum + 2);
    };
    const found = pages.map((page) => {
      const parts = page.sections.map((section) => {
        const each = terms.map((term) => term.weight * strength(term, section.counts));
        // a title that says little else than the question is about it
        const named = [...section.named.keys()];
        const said = named.filter((key) => terms.some(({ fits }) => fits.get(key) === 1)).length;
        const sum = each.reduce((a, b) => a + b, 0);
        return { section, each, score: sum * (1 + said / Math.max(1, named.length)) };
      });
      const best = terms.map((_, i) => Math.max(0, ...parts.map((part) => part.each[i])));
      parts.sort((a, b) => b.score - a.score);
      const score = best.reduce((a, b) => a + b, 0) + (parts[0]?.score ?? 0);
      return { page, score, parts: parts.filter((part) => part.score > 0) };
    });
    found.sort((a, b) => b.score - a.score);
    const least = (found[0]?.score ?? 0) / 4;
    return {
      found: found.filter(({ score }) => score > least),
      keys: new Set(terms.flatMap(({ fits }) => [...fits.keys()])),
      mended: terms.some((term) => term.mended)
        ? terms.map((term) => (term.mended ? written.get(term.mended) : term.word)).join(" ") : null,
    };
  };

  const element = (name, attributes, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  };

  // The stretch of a text that holds most of what is looked for, and marks it.
  const excerpt = (text, keys) => {
    const hits = [...text.matchAll(WORD)].filter(([word]) => allOf(word).some((part) => keys.has(stem(part))));
    const richness = (first) => new Set(
      hits.filter(({ index }) => index >= first && index < first + WIDTH).map(([word]) => stem(word)),
    ).size;
    let start = 0;
    for (const { index } of hits) if (richness(index) > richness(start)) start = index;
    const from = start < 60 ? 0 : text.lastIndexOf(" ", start - 40) + 1;
    const to = from + WIDTH < text.length ? text.lastIndexOf(" ", from + WIDTH) : text.length;
    const line = element("p", { className: "excerpt" }, from ? "… " : "");
    let at = from;
    for (const { index, 0: word } of hits) {
      if (index < at || index + word.length > to) continue;
      line.append(text.slice(at, index), element("mark", {}, word));
      at = index + word.length;
    }
    line.append(text.slice(at, to), to < text.length ? " …" : "");
    return line;
  };

  const entry = ({ page, parts }, keys) => {
    // a term and its Chinese, which is to be read aloud as Chinese
    const title = page.title.split(/(\p{Script=Han}+)/u).map((part) =>
      (/^\p{Script=Han}/u.test(part) ? element("span", { lang: "zh" }, part) : part));
    const item = element("li", {}, element("a", { href: page.url }, ...title));
    const best = parts.find(({ section }) => section.text);
    if (best?.section.place && page.kind !== "glossary")
      item.append(" › ", element("a", { href: page.url + best.section.place }, best.section.title));
    if (best) item.append(excerpt(best.section.text, keys));
    return item;
  };

  const show = (question, box) => {
    const { found, keys, mended } = search(question, indexed(COURSE));
    const said = mended ? `, for “${mended}” in place of “${question}”` : ` for “${question}”`;
    const number = found.length === 1 ? "1 result" : `${found.length || "No"} results`;
    box.replaceChildren(element("p", { role: "status" }, number + said));
    for (const [name, kinds] of KINDS) {
      const mine = found.filter(({ page }) => kinds.includes(page.kind)).map((it) => entry(it, keys));
      if (!mine.length) continue;
      box.append(element("h2", {}, name), element("ul", {}, ...mine.slice(0, SHOWN)));
      if (mine.length > SHOWN)
        box.append(element("details", {}, element("summary", {}, `${mine.length - SHOWN} more`),
          element("ul", {}, ...mine.slice(SHOWN))));
    }
  };

  const question = new URLSearchParams(location.search).get("q")?.trim();
  const field = document.querySelector(".bd-search-container input[name=q]");
  if (!question) return field.focus();
  field.value = question;
  const index = element("script", { src: "find-index.js" });
  index.onload = () => show(question, document.getElementById("search-results"));
  document.head.append(index);
})();
