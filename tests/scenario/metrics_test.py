#!/usr/bin/python3
"""GET /metrics of the real program, read by the parser of Prometheus's own Python client.

Usage: metrics_test.py PROGRAM TREE

A short life of the program, and what its figures must come to; then that docs/METRICS.md and the answer name the same
families, with the same types and labels."""

import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from prometheus_client.parser import text_string_to_metric_families

PROGRAM, TREE = sys.argv[1], pathlib.Path(sys.argv[2])
PATIENCE = 30  # seconds until the program is ready, under a sanitizer too


class Program:
    """The program on free loopback ports, and its API."""

    def __init__(self, **environment):
        self.log = tempfile.NamedTemporaryFile()
        environment = os.environ | {'HTTP_ADDR': '127.0.0.1:0', 'RTP_PORT_MIN': '0'} | environment
        self.process = subprocess.Popen([PROGRAM], env=environment, stdout=self.log, stderr=self.log)
        self.address = self._wait_until_ready()

    def _wait_until_ready(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            text = pathlib.Path(self.log.name).read_text()
            if found := re.search(r'http://([\d.]+):(\d+)/', text):
                return found[1], int(found[2])
            time.sleep(0.05)
        raise RuntimeError('not ready: ' + pathlib.Path(self.log.name).read_text())

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        connection.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body))
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response, text

    def ask(self, method, path, body=None):
        response, text = self.request(method, path, body)
        return response.status, json.loads(text) if text else None

    def scrape(self):
        response, text = self.request('GET', '/metrics')
        assert response.status == 200, text
        return Scrape(text)

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()


class Scrape:
    def __init__(self, text):
        self.text = text
        self.families = list(text_string_to_metric_families(text))
        self.samples = {}
        for family in self.families:
            for sample in family.samples:
                key = sample.name, frozenset(sample.labels.items())
                assert key not in self.samples, f'told twice: {key}'
                self.samples[key] = sample.value

    def value(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())))


def offer():
    """A browser's, without its addresses: nobody is to be called."""
    text = (TREE / 'tests/data/offers/chromium156.sdp').read_text()
    return re.sub(r'a=candidate:.*\r?\n', '', text)


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program(MAX_LEGS='3')

    @classmethod
    def tearDownClass(cls):
        cls.program.end()

    def test_the_figures_are_those_of_what_happened(self):
        program, before = self.program, self.program.scrape()
        for name in ('legroom_active_legs', 'legroom_active_rooms'):
            self.assertEqual(before.value(name), 0)

        legs = [program.ask('POST', '/v1/webrtc/offer', {'sdp': offer(), 'room_id': 'lobby'})[1]['leg_id']
                for _ in range(3)]
        self.assertEqual(program.ask('POST', '/v1/webrtc/offer', {'sdp': offer()})[0], 503)
        self.assertEqual(program.ask('POST', '/v1/webrtc/offer', {'sdp': 'hello'})[0], 400)
        self.assertEqual(program.ask('GET', '/v1/legs/nobody')[0], 404)
        self.assertEqual(program.ask('GET', f'/v1/legs/{legs[0]}')[0], 200)
        self.assertEqual(program.ask('POST', f'/v1/legs/{legs[0]}/mute')[0], 200)
        self.assertEqual(program.ask('DELETE', f'/v1/legs/{legs[0]}')[0], 202)
        program.request('GET', '/')
        program.request('GET', '/no/such/path/' + legs[1])
        program.request('GET', '/no/other/path')
        program.request('BREW', '/v1/legs')
        time.sleep(1.2)  # the media thread's figures are fresh for a second

        now = program.scrape()
        route = 'legroom_http_requests_total'
        expected = [
            (2, 'legroom_active_legs', {}),
            (2, 'legroom_leg_connections', {'connection': 'connecting'}),
            (0, 'legroom_leg_connections', {'connection': 'connected'}),
            (1, 'legroom_active_rooms', {}),
            (3, 'legroom_legs_created_total', {}),
            (1, 'legroom_legs_total', {'type': 'webrtc', 'state': 'disconnected'}),
            (1, 'legroom_disconnect_reasons_total', {'type': 'webrtc', 'reason': 'api_hangup'}),
            (1, 'legroom_call_total_duration_seconds_count', {'type': 'webrtc'}),
            (1, 'legroom_setups_total', {'outcome': 'abandoned', 'cause': 'api_hangup'}),
            (0, 'legroom_setups_total', {'outcome': 'connected', 'cause': 'none'}),
            (3, 'legroom_events_total', {'type': 'leg.joined_room'}),
            (1, 'legroom_events_total', {'type': 'leg.muted'}),
            (1, 'legroom_refused_total', {'what': 'legs'}),
            (3, route, {'method': 'POST', 'route': '/v1/webrtc/offer', 'status': '200'}),
            (1, route, {'method': 'POST', 'route': '/v1/webrtc/offer', 'status': '503'}),
            (1, route, {'method': 'POST', 'route': '/v1/webrtc/offer', 'status': '400'}),
            (1, route, {'method': 'GET', 'route': '/v1/legs/{leg}', 'status': '404'}),
            (1, route, {'method': 'GET', 'route': '/v1/legs/{leg}', 'status': '200'}),
            (1, route, {'method': 'DELETE', 'route': '/v1/legs/{leg}', 'status': '202'}),
            (1, route, {'method': 'GET', 'route': 'page', 'status': '200'}),
            (2, route, {'method': 'GET', 'route': 'none', 'status': '404'}),
            (1, route, {'method': 'other', 'route': 'none', 'status': '405'}),
            (0, 'legroom_recovered_panics_total', {'component': 'engine', 'site': 'shard'}),
        ]
        for value, name, labels in expected:
            with self.subTest(name=name, labels=labels):
                self.assertEqual(now.value(name, **labels), value)
        scrapes = {'method': 'GET', 'route': '/metrics', 'status': '200'}
        self.assertEqual(now.value(route, **scrapes), (before.value(route, **scrapes) or 0) + 1)
        self.assertGreater(now.value('legroom_tick_lateness_seconds_count'), 30)
        self.assertGreater(now.value('process_resident_memory_bytes'), 1e6)
        self.assertGreater(now.value('process_cpu_seconds_total'), 0)
        self.assertAlmostEqual(now.value('process_start_time_seconds'), time.time(), delta=PATIENCE + 30)
        for leg in legs:
            self.assertNotIn(leg, now.text, 'ids are no labels')
        self._check_no_counter_went_down(before, now)

    def _check_no_counter_went_down(self, before, now):
        for family in before.families:
            if family.type == 'gauge':
                continue
            for sample in family.samples:
                self.assertGreaterEqual(now.value(sample.name, **sample.labels), sample.value, sample)

    def test_histograms_add_up(self):
        for family in self.program.scrape().families:
            if family.type != 'histogram':
                continue
            series = {}
            for sample in family.samples:
                labels = frozenset((k, v) for k, v in sample.labels.items() if k != 'le')
                series.setdefault(labels, []).append(sample)
            for samples in series.values():
                with self.subTest(name=family.name):
                    buckets = [(float(s.labels['le']), s.value) for s in samples if s.name.endswith('_bucket')]
                    count, = (s.value for s in samples if s.name.endswith('_count'))
                    self.assertEqual(buckets, sorted(buckets))
                    self.assertEqual(sorted(v for _, v in buckets), [v for _, v in buckets], 'cumulative')
                    self.assertEqual(buckets[-1], (float('inf'), count))

    def test_the_answer_is_what_prometheus_expects(self):
        response, text = self.program.request('GET', '/metrics')
        self.assertEqual(response.getheader('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8')
        self.assertTrue(text.endswith('\n'))
        self.assertEqual(self.program.request('HEAD', '/metrics')[0].status, 200)
        self.assertEqual(self.program.request('POST', '/metrics')[0].status, 405)
        for family in self.program.scrape().families:
            self.assertTrue(family.documentation, family.name)
            self.assertRegex(family.name, r'^(legroom|process)_[a-z_]+$')

    def test_the_table_of_the_docs_is_complete(self):
        documented = {}
        for line in (TREE / 'docs/METRICS.md').read_text().splitlines():
            if row := re.match(r'\| `((?:legroom|process)_\w+)` \| (\w+) \| ([^|]*)\|', line):
                documented[row[1]] = row[2], frozenset(re.findall(r'`(\w+)`', row[3]))
        told = {}
        for family in self.program.scrape().families:
            name = family.name + ('_total' if family.type == 'counter' else '')
            labels = {k for sample in family.samples for k in sample.labels if k != 'le'}
            told[name] = family.type, frozenset(labels)
        self.assertEqual(sorted(documented), sorted(told))
        for name, (kind, labels) in told.items():
            self.assertEqual(documented[name][0], kind, name)
            self.assertLessEqual(labels, documented[name][1], name)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
