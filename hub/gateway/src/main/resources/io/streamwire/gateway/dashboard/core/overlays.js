/** Every overlay, and how large its source in the streaming program should be. */
export const OVERLAYS = {
  last: {icon: 'bolt', width: 1000, height: 220},
  gifters: {icon: 'gift', width: 600, height: 520},
  meter: {icon: 'analytics', width: 1000, height: 200},
  vote: {icon: 'team', width: 900, height: 460},
  message: {icon: 'comment', width: 1000, height: 220},
};

export const SIZES = ['small', 'medium', 'large'];
export const SIDES = ['start', 'center', 'end'];

/** Keeps a text that somebody else wrote in its own direction, where no element can do it. */
export const isolated = (text) => `\u2068${text}\u2069`;

/** The address of an overlay; the key is behind the #, which no server gets to see. */
export const overlayLink = (kind, {size, side, workspace, key}) => `${location.origin}/overlay/${kind}?workspace=${workspace}&size=${size}&side=${side}#${key}`;
