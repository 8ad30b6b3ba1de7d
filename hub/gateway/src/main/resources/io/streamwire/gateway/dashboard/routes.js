/**
 * Every page: its path (`:name` is a parameter), tag, module and texts. `nav` puts it into the navigation: main, or more; `phone` into the
 * bottom bar; `role` is the least that sees it there; `open` needs nobody signed in; `bare` is shown without the shell.
 */
const page = (path, tag, more = {}) => ({
  path,
  tag,
  load: () => import(`./pages/${tag}.js`),
  texts: [],
  ...more,
});

const LIVE = ['live', 'events', 'outcomes'];
const RULE = ['rules', 'editor', 'events', 'outcomes', 'actions'];
const RECEIPT = ['receipts', 'events', 'outcomes'];

export const routes = [
  page('/', 'sw-live', {texts: LIVE}),
  page('/sign-in', 'sw-sign-in', {texts: ['entry'], open: true, name: 'signIn'}),
  page('/register', 'sw-sign-in', {texts: ['entry'], open: true, name: 'register'}),
  page('/live', 'sw-live', {texts: LIVE, nav: 'main', phone: true, icon: 'live', name: 'live'}),
  page('/devices', 'sw-devices', {texts: ['devices'], nav: 'main', phone: true, icon: 'devices', name: 'devices'}),
  page('/devices/:id', 'sw-device', {texts: ['devices', 'actions', 'live'], of: 'devices'}),
  page('/rules', 'sw-rules', {texts: ['rules', 'editor'], nav: 'main', phone: true, icon: 'rules', name: 'rules'}),
  page('/rules/recipes', 'sw-recipes-page', {texts: ['rules', 'actions'], of: 'rules'}),
  page('/rules/new', 'sw-rule', {texts: RULE, of: 'rules'}),
  page('/rules/:id', 'sw-rule', {texts: RULE, of: 'rules'}),
  page('/rules/:id/:view', 'sw-rule', {texts: RULE, of: 'rules'}),
  page('/rehearsal', 'sw-rehearsal', {texts: ['rehearsal', 'events', 'outcomes'], nav: 'main', icon: 'rehearsal', name: 'rehearsal'}),
  page('/receipts', 'sw-receipts', {texts: ['receipts', 'actions'], nav: 'main', icon: 'receipts', name: 'receipts'}),
  page('/receipts/event/:event', 'sw-receipt', {texts: RECEIPT, of: 'receipts'}),
  page('/receipts/:id', 'sw-receipt', {texts: RECEIPT, of: 'receipts'}),
  page('/start', 'sw-start', {texts: ['start', 'devices', 'rules', 'actions'], nav: 'main', icon: 'start', name: 'start', role: 'admin'}),
  page('/analytics', 'sw-analytics', {texts: ['analytics', 'events', 'outcomes'], nav: 'more', icon: 'analytics', name: 'analytics'}),
  page('/overlays', 'sw-overlays', {texts: ['overlays', 'team'], nav: 'more', icon: 'overlays', name: 'overlays'}),
  page('/team', 'sw-team', {texts: ['team'], nav: 'more', icon: 'team', name: 'team'}),
  page('/tokens', 'sw-tokens', {texts: ['team'], nav: 'more', icon: 'tokens', name: 'tokens', role: 'admin'}),
  page('/audit', 'sw-audit', {texts: ['team'], nav: 'more', icon: 'audit', name: 'audit', role: 'admin'}),
  page('/system', 'sw-system', {texts: ['system'], nav: 'more', icon: 'system', name: 'system'}),
  page('/settings', 'sw-settings', {texts: ['settings'], nav: 'more', icon: 'settings', name: 'settings'}),
  page('/invitations', 'sw-invitation', {texts: ['team'], bare: true, name: 'invitation'}),
  page('/overlay/:kind', 'sw-overlay', {texts: ['overlays', 'events'], bare: true}),
];

/** What an address shows that is none of these. */
export const missing = page('', 'sw-missing', {name: 'missing'});
