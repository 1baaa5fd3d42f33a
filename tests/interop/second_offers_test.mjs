/** Further offers of one leg: ICE restarts, a page that is loaded again; and legs made by WHIP and WHEP. */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {kLong} from './lib/effort.mjs';
import {assertHears, settled} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';
import {toneShares} from './lib/tone.mjs';
import {until} from './lib/wait.mjs';

// As fast as the server takes them, Chromium's own checks fall behind: of a hundred it would stop sending by itself.
const kRestarts = [
    {times: 10, pause: 0, seconds: 5},
    {times: 100, pause: 400, seconds: 55, long: true},
];

describe('second offers', {timeout: 180_000}, () => {
    let server;
    let pages;
    let browser;

    before(async () => {
        server = await Server.start();
        pages = await PageServer.start();
        browser = await launchBrowser();
    });

    after(async () => {
        await browser?.close();
        await pages?.stop();
        await server?.stop();
    });

    const open = (hz) => Client.open(browser, pages, {hz});

    for (const {times, pause, seconds, long} of kRestarts) {
        it(`${times} ICE restarts are not heard`, {skip: long && !kLong && 'only with --long'}, async (t) => {
            const [low, high] = [await open(440), await open(660)];
            await low.call(server, 'restarts');
            await high.call(server, 'restarts');
            await settled(high, 440);
            const [samples, generations] = await Promise.all([high.record(seconds), low.restart(times, pause)]);
            const shares = toneShares(samples, 440, 48_000);
            t.diagnostic(`${times} ICE restarts: worst share of the tone in 200 ms ${Math.min(...shares).toFixed(3)}`);
            assert.equal(generations, times);
            assert.ok(Math.min(...shares) > 0.8, shares.join(' '));
            await assertHears(low, {tone: 660, own: 440});
            assert.equal((await server.participants('restarts')).length, 2);
            await Promise.all([low.close(), high.close()]);
        });
    }

    it('another page takes a leg over', async () => {
        const [first, high] = [await open(440), await open(660)];
        const {legId} = await first.call(server, 'moved');
        await high.call(server, 'moved');
        await settled(high, 440);

        const second = await open(880);
        const resumed = await second.call(server, 'moved', {leg: legId});
        assert.equal(resumed.legId, legId);
        await assertHears(second, {tone: 660, own: 880});
        await first.page.goto('about:blank');  // its goodbye is that of a connection nobody uses any more
        await assertHears(high, {tone: 880, own: 660});
        const legs = await server.participants('moved');
        assert.deepEqual(legs.map((leg) => leg.connection), ['connected', 'connected']);
        await Promise.all([first.close(), second.close(), high.close()]);
    });

    it('a WHIP publisher is heard by a WHEP listener', async () => {
        const [publisher, listener] = [await open(440), await open(660)];
        const session = await publisher.page.evaluate(publish, `${server.origin}/v1/whip/stage`);
        const heard = listener.page.evaluate(listen, `${server.origin}/v1/whep/stage`);
        await until('both are in the room', async () => (await server.participants('stage')).length === 2);
        const shares = toneShares(Float32Array.from(await heard), 440, 48_000);
        assert.ok(Math.min(...shares) > 0.8, shares.join(' '));
        const end = await publisher.page.evaluate((url) => fetch(url, {method: 'DELETE'}).then(({status}) => status), session);
        assert.equal(end, 200);
        assert.equal((await server.participants('stage')).length, 1);
        await Promise.all([publisher.close(), listener.close()]);
    });
});

/** In the page: sends 440 Hz to a WHIP endpoint (RFC 9725). Returns the session's URL. */
async function publish(url) {
    const audio = new AudioContext({sampleRate: 48_000});
    const destination = audio.createMediaStreamDestination();
    const oscillator = new OscillatorNode(audio, {frequency: 440});
    oscillator.connect(destination);
    oscillator.start();
    await audio.resume();
    const peer = (window.publisher = new RTCPeerConnection());
    peer.addTransceiver(destination.stream.getAudioTracks()[0], {direction: 'sendonly'});
    await peer.setLocalDescription();
    const headers = {'Content-Type': 'application/sdp'};
    const response = await fetch(url, {method: 'POST', headers, body: peer.localDescription.sdp});
    if (response.status !== 201) throw new Error(`WHIP: ${response.status} ${await response.text()}`);
    await peer.setRemoteDescription({type: 'answer', sdp: await response.text()});
    return new URL(response.headers.get('Location'), url).href;
}

/** In the page: 0.7 s of what a WHEP endpoint sends, soon after the first sound. */
async function listen(url) {
    const peer = (window.listener = new RTCPeerConnection());
    peer.addTransceiver('audio', {direction: 'recvonly'});
    const track = new Promise((resolve) => peer.addEventListener('track', (event) => resolve(event.track)));
    await peer.setLocalDescription();
    const headers = {'Content-Type': 'application/sdp'};
    const response = await fetch(url, {method: 'POST', headers, body: peer.localDescription.sdp});
    if (response.status !== 201) throw new Error(`WHEP: ${response.status} ${await response.text()}`);
    await peer.setRemoteDescription({type: 'answer', sdp: await response.text()});

    const stream = new MediaStream([await track]);
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    element.play();
    const audio = new AudioContext({sampleRate: 48_000});
    const analyser = new AnalyserNode(audio, {fftSize: 32_768});
    audio.createMediaStreamSource(stream).connect(analyser);
    await audio.resume();
    const samples = new Float32Array(analyser.fftSize);
    for (let quiet = true; quiet; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        analyser.getFloatTimeDomainData(samples);
        quiet = samples.every((sample) => Math.abs(sample) < 0.01);
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    analyser.getFloatTimeDomainData(samples);
    return [...samples];
}
