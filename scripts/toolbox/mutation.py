"""Mutants of one pure module, made by Cosmic Ray's operators, against the tests of that module.

A mutant lives in a forked process only: no file is changed. It is killed when a test fails, when it
cannot be imported, or when it does not come to an end.
"""

import difflib
import importlib
import os
import signal
import sys
import unittest
from pathlib import Path

ENDLESS_S = 20


def list_mutants(source):
    """:return: list of (name of the operator, mutated source)"""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast(source)))
    found = []
    for name in operator_names():
        if get_operator(name).arguments():
            continue  # names variables to exchange: nothing general
        operator = get_operator(name)()
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        found += [(name, mutate_code(source, operator, number)) for number in range(count)]
    return found


class Engine:
    """:param module: name of the mutated module
    :param tests: names of the modules with its tests
    """

    def __init__(self, module, tests):
        self.module = importlib.import_module(module)
        self.tests = [importlib.import_module(name) for name in tests]
        self.source = Path(self.module.__file__).read_text()

    def _run_tests(self):
        """:return: whether all passed; the first failure ends it"""
        loader = unittest.defaultTestLoader
        suite = unittest.TestSuite(map(loader.loadTestsFromModule, self.tests))
        result = unittest.TestResult()
        result.failfast = True
        suite.run(result)
        if not result.testsRun:
            raise AssertionError(f"no test of {self.module.__name__}")
        return result.wasSuccessful()

    def _become(self, source):
        """Run the mutant's code in the module, and hand it to whoever imported from there."""
        before = dict(vars(self.module))
        exec(compile(source, self.module.__file__, "exec"), vars(self.module))
        for other in list(sys.modules.values()):
            for name, value in list(vars(other).items()) if other else ():
                if name in before and before[name] is value:
                    setattr(other, name, vars(self.module)[name])

    def survives(self, source):
        """:return: whether every test passes with that source"""
        child = os.fork()
        if not child:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(ENDLESS_S)
            status = 1
            try:
                self._become(source)
                status = 0 if self._run_tests() else 1
            finally:
                os._exit(status)
        return os.waitpid(child, 0)[1] == 0

    def diff(self, source):
        lines = difflib.unified_diff(
            self.source.splitlines(), source.splitlines(), lineterm="", n=0
        )
        return "\n".join(line for line in lines if line[:3] not in ("---", "+++"))
