/** Line charts as SVG text: few points, a logarithmic x axis, y from zero, readable on white and on black. */

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 140;
const TOP = 40;
const BOTTOM = 48;
const COLORS = ["#0b6bcb", "#c4320a", "#2e7d32", "#8e24aa", "#b8860b", "#00838f"];
const GRAY = "#808080";
const Y_LINES = 4;

/**
 * Draws curves.
 *
 * @param {{title: string, xTitle: string, yTitle: string, curves: {name: string, points: [number, number][]}[]}} chart
 * @returns {string} an SVG document
 */
export function drawChart({ title, xTitle, yTitle, curves }) {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(([x]) => x)))].sort(
    (a, b) => a - b,
  );
  const most = Math.max(...curves.flatMap(({ points }) => points.map(([, y]) => y)));
  const top = roundUp(most);
  const [first, last] = [Math.log(xs[0]), Math.log(xs.at(-1))];
  const span = last - first || 1;
  const xOf = (x) => LEFT + ((Math.log(x) - first) / span) * (WIDTH - LEFT - RIGHT);
  const yOf = (y) => HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    text(LEFT, 20, title, { size: 14, weight: "bold" }),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xTitle, { anchor: "middle" }),
    text(LEFT, TOP - 6, yTitle, { size: 11 }),
  ];
  for (let i = 0; i <= Y_LINES; i++) {
    const value = (top * i) / Y_LINES;
    const y = yOf(value);
    parts.push(
      `<line x1="${LEFT}" y1="${y.toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${y.toFixed(1)}" stroke="${GRAY}" stroke-opacity="0.3"/>`,
      text(LEFT - 6, y + 4, formatNumber(value), { anchor: "end" }),
    );
  }
  for (const x of xs) {
    parts.push(text(xOf(x), HEIGHT - BOTTOM + 16, formatNumber(x), { anchor: "middle" }));
  }
  curves.forEach(({ name, points }, i) => {
    const color = COLORS[i % COLORS.length];
    const path = points.map(([x, y]) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`);
    parts.push(
      `<polyline points="${path.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...path.map((at) => {
        const [x, y] = at.split(",");
        return `<circle cx="${x}" cy="${y}" r="3" fill="${color}"/>`;
      }),
      text(WIDTH - RIGHT + 10, TOP + 14 + i * 18, name, { color }),
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
${parts.join("\n")}
</svg>
`;
}

function text(
  x,
  y,
  content,
  { anchor = "start", size = 12, weight = "normal", color = GRAY } = {},
) {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${color}">${escaped}</text>`;
}

/** The next number of the form 1, 2, 4 or 5 times a power of ten, so that a quarter of it is easy to read. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function formatNumber(value) {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  if (value >= 1000) return `${value / 1000} k`;
  return String(Number(value.toPrecision(3)));
}
