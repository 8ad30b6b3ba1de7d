import {html, nothing} from 'lit';
import {t} from '../core/text.js';
import './sw-dialog.js';

/** Asks before something that cannot be taken back: `asked` is `{title, text, label, act}` or nothing. */
export const confirmDialog = (asked, close) =>
  html`<sw-dialog .heading=${asked?.title ?? ''} ?open=${Boolean(asked)} @closed=${close}
    .content=${() => (asked?.text ? html`<p>${asked.text}</p>` : nothing)}
    .actions=${() => html`<button class="btn" type="button" @click=${close}>${t('shell.cancel')}</button>
      <button class="btn danger" type="button" data-action="confirm" @click=${async () => {
        await asked.act();
        close();
      }}>${asked?.label}</button>`}></sw-dialog>`;
