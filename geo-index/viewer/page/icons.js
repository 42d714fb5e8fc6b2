// How a hotspot looks: shape says what is known of its place, color says it again.
//   disc: proven    ring: unproven    cross: disproven    disc in a ring: proven, and one of the first anchors

/** @typedef {'proven' | 'anchor' | 'unproven' | 'disproven'} Look */

/** @type {readonly Look[]} */
export const LOOKS = ['proven', 'anchor', 'unproven', 'disproven'];

const SIZE = 24;
const SCALE = 3;

/**
 * @param {Look} look
 * @param {{ink: string, paper: string, rejected: string, soft: string}} colors
 * @returns {{data: ImageData, pixelRatio: number}}
 */
export function icon(look, colors) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE * SCALE;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.scale(SCALE, SCALE);
  pen.translate(SIZE / 2, SIZE / 2);
  pen.lineCap = 'round';
  draw[look](pen, colors);
  return { data: pen.getImageData(0, 0, canvas.width, canvas.height), pixelRatio: SCALE };
}

/** @type {Record<Look, (pen: CanvasRenderingContext2D, colors: Record<string, string>) => void>} */
const draw = {
  proven(pen, { ink, paper }) {
    disc(pen, 6, paper);
    disc(pen, 4.4, ink);
  },
  anchor(pen, { ink, paper }) {
    disc(pen, 8.6, paper);
    ring(pen, 6.8, 1.4, ink);
    disc(pen, 4.2, ink);
  },
  unproven(pen, { paper, soft }) {
    disc(pen, 6, paper);
    ring(pen, 4.2, 1.9, soft);
  },
  disproven(pen, { paper, rejected }) {
    cross(pen, 4, 5.4, paper);
    cross(pen, 4, 2.6, rejected);
  },
};

/** @param {CanvasRenderingContext2D} pen @param {number} radius @param {string} color */
function disc(pen, radius, color) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** @param {CanvasRenderingContext2D} pen @param {number} radius @param {number} width @param {string} color */
function ring(pen, radius, width, color) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {number} reach @param {number} width @param {string} color */
function cross(pen, reach, width, color) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(-reach, -reach);
  pen.lineTo(reach, reach);
  pen.moveTo(-reach, reach);
  pen.lineTo(reach, -reach);
  pen.stroke();
}
