/** The page: one form, one call. Everything that talks to the server is in legroom.js. */

import {LegroomCall, LegroomError} from './legroom.js';

const kRoomPollMs = 2000;
const kQuietestDb = -60;  // left end of the level meters

const page = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]));

/** The call on screen, null in the lobby. Whatever waited compares with it to see whether it is still wanted. */
let current = null;

const kProblems = {
    insecure:
        'Browsers give the microphone only to pages from https:// or from this very machine. Open this page as ' +
        'http://localhost, or put a TLS proxy in front of the server.',
    denied:
        'The browser does not let this page use the microphone. Allow it behind the icon left of the address, ' +
        'then join again.',
    noMicrophone: 'No microphone was found. Plug one in and join again.',
    microphoneBusy: 'The microphone could not be opened. Another program may be using it.',
    unreachable: 'The server does not answer. Check that Legroom is running, then join again.',
    noPath:
        'No sound gets through: the server answers, but its UDP port does not. Open the UDP port (RTP_PORT_MIN) in ' +
        'the firewall; for a server behind NAT, set WEBRTC_EXTERNAL_IPS.',
    ended: 'The server ended this call.',
};

/** What to tell the person for an error of the microphone, the browser or the server. */
function explain(error) {
    if (error instanceof LegroomError) {
        return error.status === 0 ? kProblems.unreachable : `The server refused: ${error.message}.`;
    }
    const known = {
        SecurityError: kProblems.insecure,
        NotAllowedError: kProblems.denied,
        NotFoundError: kProblems.noMicrophone,
        NotReadableError: kProblems.microphoneBusy,
    };
    return known[error.name] ?? `Something went wrong: ${error.message}.`;
}

async function join(room, {listenOnly = false} = {}) {
    const session = {room, call: null, stream: null, audio: new AudioContext(), muted: false, wasConnected: false};
    current = session;
    showCall(session);
    try {
        if (!listenOnly) session.stream = await openMicrophone();
        if (current === session) await startCall(session);
        if (current === session) watchRoom(session);
    } catch (error) {
        if (current === session) {
            leave(explain(error), {offerListening: !session.stream && !listenOnly});
        }
    }
    if (current !== session) release(session);  // hung up while it was starting
}

async function openMicrophone() {
    if (!navigator.mediaDevices) throw new DOMException('not a secure context', 'SecurityError');
    showStatus('Waiting for the microphone…');
    return navigator.mediaDevices.getUserMedia({audio: true});
}

async function startCall(session) {
    showStatus('Connecting…');
    session.call = new LegroomCall({room: session.room, stream: session.stream});
    session.call.peer.addEventListener('connectionstatechange', () => followConnection(session));
    page.sound.srcObject = session.call.remoteStream;
    if (session.stream) showLevel(session, page.ownLevel, session.stream);
    await session.call.start();
    page.mute.disabled = !session.stream;
}

function followConnection(session) {
    if (current !== session) return;
    const state = session.call.peer.connectionState;
    if (state === 'failed' && !session.wasConnected) return leave(kProblems.noPath);
    if (state === 'connected' && !session.wasConnected) {
        session.wasConnected = true;
        showLevel(session, page.roomLevel, session.call.remoteStream);
    }
    showConnection(session);
}

async function watchRoom(session) {
    while (current === session) {
        await refreshRoom(session);
        await new Promise((resolve) => setTimeout(resolve, kRoomPollMs));
    }
}

async function refreshRoom(session) {
    try {
        const participants = await session.call.participants();
        if (current !== session) return;
        const own = participants.find((leg) => leg.id === session.call.legId);
        if (!own) return leave(session.wasConnected ? kProblems.ended : kProblems.noPath);
        showMuted(session, own.muted);
        showParticipants(session, participants);
        showConnection(session);
    } catch (error) {
        if (current !== session) return;
        if (error.status === 404) leave(kProblems.ended);
        else showStatus('The server does not answer, trying again…');
    }
}

async function toggleMute(session) {
    page.mute.disabled = true;
    try {
        await session.call.mute(!session.muted);
        await refreshRoom(session);
    } catch (error) {
        if (current === session) leave(error.status === 404 ? kProblems.ended : explain(error));
    }
    page.mute.disabled = false;
}

/** Back to the lobby, with a word on why when it was not the person's own wish. */
function leave(problem = '', {offerListening = false} = {}) {
    release(current);
    current = null;
    page.call.hidden = true;
    page.lobby.hidden = false;
    page.problemText.textContent = problem;
    page.problem.hidden = !problem;
    page.listen.hidden = !offerListening;
    document.title = 'Legroom';
    page.join.focus();
}

function release(session) {
    session.call?.hangUp().catch(() => {});  // the leg may be gone already
    session.stream?.getTracks().forEach((track) => track.stop());
    if (session.audio.state !== 'closed') session.audio.close();
}

function showCall(session) {
    page.problem.hidden = true;
    page.lobby.hidden = true;
    page.call.hidden = false;
    page.roomName.textContent = session.room;
    page.participants.replaceChildren();
    page.mute.disabled = true;
    showMuted(session, false);
    document.title = `${session.room} – Legroom`;

    const address = `?room=${encodeURIComponent(session.room)}`;
    history.replaceState(null, '', address);
    page.another.href = address;
    page.hangUp.focus();
}

function showStatus(text, mood = 'busy') {
    page.status.textContent = text;
    page.status.dataset.mood = mood;
}

function showConnection(session) {
    const state = session.call.peer.connectionState;
    if (state === 'connected') showStatus(session.stream ? 'Connected' : 'Connected, listening only', 'good');
    else if (session.wasConnected) showStatus('Connection interrupted, waiting for it to come back…');
    else showStatus('Connecting…');
}

function showMuted(session, muted) {
    session.muted = muted;
    page.mute.textContent = muted ? 'Unmute' : 'Mute';
    page.call.classList.toggle('muted', muted);
}

/** Ourselves first, the others by id, in whatever order they came. */
function showParticipants(session, participants) {
    const self = (leg) => leg.id === session.call.legId;
    participants.sort((a, b) => self(b) - self(a) || a.id.localeCompare(b.id));
    const rows = participants.map((leg) => {
        const row = document.createElement('li');
        row.dataset.leg = leg.id;
        row.classList.toggle('self', self(leg));
        const note = document.createElement('span');
        note.className = 'note';
        note.textContent = [leg.muted && 'muted', leg.deaf && 'deaf'].filter(Boolean).join(', ');
        row.append(self(leg) ? 'You' : `Guest ${leg.id.slice(0, 4)}`, note);
        return row;
    });
    page.participants.replaceChildren(...rows);
}

/** Lets `element` follow the loudness of `stream` until the call ends. */
function showLevel(session, element, stream) {
    const analyser = session.audio.createAnalyser();
    const samples = new Float32Array(analyser.fftSize);
    session.audio.createMediaStreamSource(stream).connect(analyser);

    const draw = () => {
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        const level = 1 - (10 * Math.log10(power + 1e-12)) / kQuietestDb;
        element.style.setProperty('--level', Math.min(1, Math.max(0, level)));
        if (current === session) requestAnimationFrame(draw);
        else element.style.setProperty('--level', 0);
    };
    draw();
}

page.room.value = new URLSearchParams(location.search).get('room') || page.room.value;
page.lobby.addEventListener('submit', (event) => {
    event.preventDefault();
    join(page.room.value.trim());
});
page.listen.addEventListener('click', () => join(page.room.value.trim(), {listenOnly: true}));
page.mute.addEventListener('click', () => toggleMute(current));
page.hangUp.addEventListener('click', () => leave());
addEventListener('pagehide', () => current && leave());
