// A lesson that was read to its end is marked in the contents, on this device only.
(() => {
  const nameOf = (address) => /\/notebooks\/([^/]+)\.html$/.exec(new URL(address).pathname)?.[1];
  const read = {
    get: (name) => { try { return localStorage.getItem(`read:${name}`); } catch { return null; } },
    set: (name) => { try { localStorage.setItem(`read:${name}`, "yes"); } catch { /* not allowed */ } },
  };
  const mark = () => {
    for (const link of document.querySelectorAll(".bd-sidebar-primary nav a.reference")) {
      const name = nameOf(link.href);
      if (!name || !read.get(name) || link.querySelector(".read")) continue;
      const tick = Object.assign(document.createElement("span"), { className: "read", textContent: " ✓" });
      tick.setAttribute("role", "img");
      tick.setAttribute("aria-label", "read");
      link.append(tick);
    }
  };
  mark();
  const here = nameOf(location.href.split(/[?#]/)[0]);
  const end = document.querySelector(".prev-next-area");
  if (here && end) {
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      read.set(here);
      mark();
    }).observe(end);
  }
})();
