// A signature drawn with a finger, a pen or a mouse. Nothing leaves the page before it is sent, whole, in one sending;
// without network the drawing stays in the frame and is sent again as it is. Without this file one signs with a code or on paper.
"use strict";

(() => {
  const WIDTH = 1000; // points are kept in thousandths of the frame's width
  const HEIGHT = 400;

  const setUp = (box) => {
    const form = box.closest("form");
    const canvas = box.querySelector("canvas");
    const field = box.querySelector("[data-strokes]");
    const problem = box.querySelector("[data-problem]");
    const pad = new SignaturePad(canvas, { penColor: "#1d2829", minWidth: 1, maxWidth: 2.6 });

    const clamp = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    const keep = () => {
      const unit = WIDTH / canvas.clientWidth;
      const strokes = pad.toData().map((group) => group.points.map((point) => [clamp(point.x * unit, WIDTH), clamp(point.y * unit, HEIGHT)]));
      field.value = strokes.length ? JSON.stringify(strokes) : "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    // The frame takes the size of the screen, again when the phone is turned; the drawing follows.
    const draw = () => {
      if (!canvas.clientWidth) return;
      const ratio = Math.max(devicePixelRatio || 1, 1);
      canvas.width = canvas.clientWidth * ratio;
      canvas.height = canvas.clientHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      const unit = canvas.clientWidth / WIDTH;
      const strokes = field.value ? JSON.parse(field.value) : [];
      const options = { penColor: "#1d2829", minWidth: 1, maxWidth: 2.6, dotSize: 0, velocityFilterWeight: 0.7, compositeOperation: "source-over" };
      pad.clear();
      pad.fromData(strokes.map((stroke) => ({ ...options, points: stroke.map(([x, y], at) => ({ x: x * unit, y: y * unit, time: at * 16, pressure: 0.5 })) })));
    };

    box.hidden = false;
    draw();
    new ResizeObserver(draw).observe(canvas);
    form.addEventListener("draft:restored", draw);
    pad.addEventListener("endStroke", () => {
      keep();
      problem.textContent = "";
    });
    box.querySelector("[data-clear]").addEventListener("click", () => {
      pad.clear();
      keep();
    });

    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      if (!field.value) {
        problem.textContent = box.dataset.empty;
        return;
      }
      sending = true;
      form.setAttribute("aria-busy", "true");
      problem.textContent = "";
      try {
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
        const next = answer.headers.get("HX-Redirect");
        if (next || answer.redirected) {
          location.assign(next || answer.url);
          return;
        }
        show(await answer.text());
      } catch {
        problem.textContent = box.dataset.noNetwork;
      } finally {
        sending = false;
        form.removeAttribute("aria-busy");
      }
    });
  };

  // What the server would not take comes back as the same page, with why and with the drawing.
  const show = (html) => {
    const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    document.querySelector("main").replaceWith(main);
    main.querySelectorAll("[data-pad]").forEach(setUp);
    main.querySelector("[data-summary]")?.focus();
  };

  document.querySelectorAll("[data-pad]").forEach(setUp);
})();
