// Plays the animations of this page: moves points along tracks drawn over a picture, or shows one
// picture after another; and lets a slider choose among pictures. Nothing starts by itself, and
// before Play nothing of a track is seen. Without this script the still picture tells it all.
(() => {
  const UPDATES_PER_SECOND = 5;
  const FRAMES_PER_SECOND = 0.7;  // each has a caption to read
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const svg = (name, attributes, parent) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  };

  // Pictures share most of their lines, so each line stands on the page once.
  const address = (film, picture) => "data:image/svg+xml;charset=utf-8,"
    + encodeURIComponent(picture.flatMap(([first, count]) =>
      film.lines.slice(first, first + count)).join("\n"));

  const stageTrack = (track, overlay) => {
    const [x, y, width, height] = track.box;
    // An inner svg element clips what leaves the axes.
    const window = svg("svg", { x, y, width, height, viewBox: track.box.join(" ") }, overlay);
    const look = { fill: "none", stroke: track.color, "stroke-width": 2, "stroke-linejoin": "round" };
    const cloud = Array.isArray(track.points[0][0]);  // many points, too many to draw their paths
    const line = cloud ? null : svg("polyline", look, window);
    const dot = cloud ? { r: 2.2, "fill-opacity": 0.6 } : { r: 4.5, stroke: "#fff" };
    const heads = (cloud ? track.points[0] : [track.points[0]]).map(
      () => svg("circle", { ...dot, fill: track.color }, window));
    const place = { x: x + width - 4, y: y - 5, "text-anchor": "end", "font-size": 11 };
    const value = svg("text", { ...place, fill: "#2a2a2e", "font-family": "sans-serif" }, overlay);
    return (time) => {
      const last = Math.floor(time);
      const [from, to] = [track.points[last], track.points[last + 1] ?? track.points[last]];
      const glide = (start, end) => start.map(
        (side, axis) => side + (time - last) * (end[axis] - side));
      const points = cloud ? from.map((start, i) => glide(start, to[i])) : [glide(from, to)];
      line?.setAttribute("points", [...track.points.slice(0, last + 1), ...points].join(" "));
      heads.forEach((head, i) => {
        head.setAttribute("cx", points[i][0]);
        head.setAttribute("cy", points[i][1]);
      });
      value.textContent = track.values[last];
    };
  };

  const stageTracks = (film, root) => {
    const [width, height] = film.size;
    root.querySelector("img").src = address(film, film.ground);
    const overlay = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      root.querySelector("div"));
    overlay.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    const tracks = film.tracks.map((track) => stageTrack(track, overlay));
    return (time) => {
      for (const draw of tracks) draw(time);
      const update = Math.floor(time);
      return film.tracks.map((track) => `${track.name}: ${track.values[update]}`).join("; ");
    };
  };

  const stageFrames = (film, root) => {
    const picture = root.querySelector("img");
    const caption = film.label ? null : root.appendChild(document.createElement("div"));
    if (caption) caption.style.cssText =
      "min-height:2.6em;padding:.2em 1em;font:14px/1.3 sans-serif;color:#2a2a2e";
    let seen;
    return (time) => {
      const frame = film.frames[Math.floor(time)];
      const words = frame.caption ?? frame.alt;
      if (frame !== seen) {
        seen = frame;
        picture.src = address(film, frame.picture);
        if (caption) caption.textContent = words; else picture.alt = words;
      }
      return words;
    };
  };

  const stage = (root) => {
    root.dataset.ready = "";
    // JupyterLab would take the arrow keys and the space bar for itself.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    const film = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const [unit, pace, last] = film.frames
      ? ["step", FRAMES_PER_SECOND, film.frames.length - 1]
      : ["update", UPDATES_PER_SECOND, film.updates];
    const draw = (film.frames ? stageFrames : stageTracks)(film, root);

    const bar = root.appendChild(document.createElement("div"));
    bar.style.cssText = "display:flex;flex-wrap:wrap;gap:.4em .8em;align-items:center;"
      + "padding:.2em 1em .8em;font:14px sans-serif;color:#2a2a2e;color-scheme:light;accent-color:#1f6fc4";
    bar.innerHTML = `<button type="button" style="min-width:5.5em;min-height:28px"></button>
      <input type="range" min="0" max="${last}" step="1" style="flex:1;min-width:6em">
      <span style="min-width:${film.label ? 3 : 8.5}em;text-align:right;
        font-variant-numeric:tabular-nums"></span>`;
    const [button, slider, label] = bar.children;
    if (film.label) button.replaceWith(film.label);  // a slider is moved, not played
    slider.setAttribute("aria-label", film.label ?? unit[0].toUpperCase() + unit.slice(1));

    let time = film.start ?? 0, before = null;
    const show = (now) => {
      time = Math.min(Math.max(now, 0), last);
      const words = draw(time);
      slider.value = Math.floor(time);
      label.textContent = film.label
        ? film.frames[time].at : `${unit} ${slider.value} of ${last}`;
      slider.setAttribute("aria-valuetext", `${label.textContent}. ${words}`);
    };
    const pause = () => { before = null; show(Math.floor(time)); button.textContent = "▶ Play"; };
    const tick = (now) => {
      if (before === null) return;
      if (!root.isConnected || time >= last) return pause();
      const elapsed = (now - before) * pace / 1000;
      // Readers who asked for less motion see one update after another, without the glide.
      if (!calm.matches || elapsed >= 1) {
        before = now;
        show(calm.matches ? time + 1 : time + elapsed);
      }
      requestAnimationFrame(tick);
    };
    button.onclick = () => {
      if (before !== null) return pause();
      if (time >= last) show(0);
      button.textContent = "❚❚ Pause";
      before = performance.now();
      requestAnimationFrame(tick);
    };
    slider.oninput = () => { time = Number(slider.value); pause(); };
    pause();
  };

  document.querySelectorAll("figure.minigrad-player:not([data-ready])").forEach(stage);
})();
