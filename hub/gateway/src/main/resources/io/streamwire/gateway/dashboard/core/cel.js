/** What an expression may ask: variables by what they are about, with their types, and examples of what can be done with them. */
const number = (names) => names.map((name) => ({name, type: 'int'}));

export const VARIABLES = {
  event: [
    {name: 'event.type', type: 'string'},
    {name: 'event.text', type: 'string'},
    {name: 'event.arguments', type: 'list(string)'},
    {name: 'event.gift', type: 'string'},
    {name: 'event.streak', type: 'string'},
    {name: 'event.state', type: 'string'},
    {name: 'event.numbers', type: 'map(string, int)'},
    {name: 'event.simulated', type: 'bool'},
    ...number(['event.gift_id', 'event.diamonds', 'event.price', 'event.count', 'event.increment', 'event.likes', 'event.total_likes', 'event.viewers', 'event.months']),
  ],
  viewer: [
    {name: 'viewer.id', type: 'string'},
    {name: 'viewer.handle', type: 'string'},
    {name: 'viewer.nickname', type: 'string'},
    {name: 'viewer.roles', type: 'list(string)'},
    ...number(['viewer.team_level']),
  ],
  counters: number(['counters.viewers', 'counters.likes', 'counters.diamonds', 'counters.viewer_diamonds']),
};

/** Examples by what they must come to; each has a text `cel_{name}`. */
export const EXAMPLES = {
  bool: {
    worth: 'event.diamonds >= 100',
    role: "'moderator' in viewer.roles",
    either: "viewer.team_level > 10 || 'subscriber' in viewer.roles",
    begins: "event.text.startsWith('go')",
    length: 'size(event.text) < 20',
    word: "size(event.arguments) > 0 && event.arguments[0] == 'left'",
    full: 'counters.viewers >= 50 && counters.viewer_diamonds < 100',
    live: '!event.simulated',
    button: "'level' in event.numbers && event.numbers.level > 50",
  },
  int: {
    times: 'event.count * 50',
    chosen: 'event.diamonds > 500 ? 100 : 40',
    parsed: 'size(event.arguments) > 0 ? int(event.arguments[0]) : 30',
    pressed: 'event.numbers.level',
    share: 'counters.likes / 100 % 100',
  },
};

/** The functions that there are, as they are written. */
export const FUNCTIONS = ['&&  ||  !', '==  !=  <  <=  >  >=', '+  -  *  /  %', 'a ? b : c', "'x' in list", 'size(text)', "text.contains('x')", "text.startsWith('x')", "text.endsWith('x')", 'int(text)', 'string(number)', "list.exists(x, x == 'a')", "list.all(x, x != 'a')", 'list.filter(x, x > 3)', 'list.map(x, x * 2)'];

/** Where in the text the hub found the fault, `{line, column, message}`, both from 1; undefined when it did not say. */
export function faultPlace(detail) {
  const found = /line (\d+), column (\d+): (.*)$/s.exec(detail ?? '');
  return found ? {line: Number(found[1]), column: Number(found[2]), message: found[3]} : undefined;
}

/** The index of that place in the text. */
export function placeIn(text, {line, column}) {
  const before = text.split('\n').slice(0, line - 1);
  return Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1);
}
