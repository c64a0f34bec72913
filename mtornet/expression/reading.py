"""Text to tree, by operator precedence and with a stack of our own: deep brackets are no recursion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mtornet.errors import ExpressionError
from mtornet.expression.operators import BINDING, FUNCTIONS, KEYWORDS, RELATIONAL_LEVEL
from mtornet.expression.tree import Apply, Expression, Number, Symbol, depth_of

MAX_LENGTH = 20_000
MAX_DEPTH = 100
MAX_TREE_DEPTH = 200
"""Operations inside each other; a sum of 200 terms is that deep, and Python's stack is not endless."""

_TOKEN = re.compile(
    r"\s*((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z_]\w*|[<>]=?|[=!]=|[-+*/^(),])", re.ASCII
)
_ARITY = {"pow": 2, **{name: arity for name, (arity, _) in FUNCTIONS.items()}}
_PREFIXES = ("neg", "not")


def parse(text: str) -> Expression:
    """Read a formula.

    Raises
    ------
    ExpressionError
        With the place and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"formula of {len(text)} characters; at most {MAX_LENGTH} are read")
    tree = _Parser(text).whole()
    if (depth := depth_of(tree)) > MAX_TREE_DEPTH:
        raise ExpressionError(
            f"formula with {depth} operations inside each other; at most {MAX_TREE_DEPTH} are read: "
            "split it into derived quantities"
        )
    return tree


@dataclass(slots=True)
class _Bracket:
    """An open bracket: what stands before it, and what was read inside it so far."""

    function: str = ""
    finished: int = 0
    waiting: list[str] = field(default_factory=list)
    """Operators whose right argument is still being read, outermost first."""


class _Parser:
    """The tokens of one formula, the brackets open around the next one, and the trees read so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, int]] = []
        self.i = 0
        self.trees: list[Expression] = []
        self.brackets = [_Bracket()]
        self.depth = 1
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise ExpressionError(f"formula {text!r}: cannot read {text[position:].strip()[:1]!r}")
            self.tokens.append((match.group(1), match.start(1)))
            position = match.end()

    def peek(self) -> str:
        return self.tokens[self.i][0] if self.i < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.i += 1
        return token

    def unexpected(self, expected: str) -> ExpressionError:
        found = repr(self.peek()) if self.peek() else "the end"
        where = self.tokens[self.i][1] + 1 if self.i < len(self.tokens) else len(self.text) + 1
        return ExpressionError(
            f"formula {self.text!r}: found {found} at character {where}, expected {expected}"
        )

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"formula nested deeper than {MAX_DEPTH} levels")

    def whole(self) -> Expression:
        more = True
        while more:
            self.operand()
            more = self.operator()
        return self.trees.pop()

    def operand(self) -> None:
        """Read up to and with the next number or name; what stands before it waits."""
        while True:
            self.signs()
            token = self.peek()
            if token == "not" and self.may_start("not"):
                self.take()
                self.brackets[-1].waiting.append("not")
            elif token == "(":
                self.take()
                self.open("")
            elif token[:1].isdigit() or token[:1] == ".":
                self.trees.append(Number(float(self.take())))
                return
            elif token and (token[0].isalpha() or token[0] == "_") and token not in KEYWORDS:
                name = self.take()
                if self.peek() != "(":
                    self.trees.append(Symbol(name))
                    return
                self.open_call(name)
            else:
                raise self.unexpected("a number, a name or '('")

    def signs(self) -> None:
        negative = False
        while self.peek() in ("-", "+"):
            negative ^= self.take() == "-"
        if negative:
            self.brackets[-1].waiting.append("neg")

    def may_start(self, prefix: str) -> bool:
        # "2*not a" would have to be read as 2*(not a), although "not" binds less than "*".
        waiting = self.brackets[-1].waiting
        return not waiting or BINDING[waiting[-1]] <= BINDING[prefix]

    def open_call(self, name: str) -> None:
        if name not in _ARITY:
            self.i -= 1
            raise self.unexpected("one of the functions " + ", ".join(sorted(_ARITY)))
        self.take()
        self.open(name)

    def open(self, function: str) -> None:
        self.deeper()
        self.brackets.append(_Bracket(function))

    def operator(self) -> bool:
        """Read from behind an operand to the next place for one; false at the end."""
        while True:
            token, bracket = self.peek(), self.brackets[-1]
            if token in BINDING and token not in _PREFIXES:
                return self.infix(token)
            self.finish(0)
            if token == "," and bracket.function:
                self.take()
                bracket.finished += 1
                return True
            if token == ")" and len(self.brackets) > 1:
                self.close()
            elif not token and len(self.brackets) == 1:
                return False
            else:
                raise self.unexpected(self.closing())

    def infix(self, token: str) -> bool:
        level = BINDING[token]
        waiting = self.brackets[-1].waiting
        # "^" takes its right argument first: a^b^c is a^(b^c).
        self.finish(level + 1 if token == "^" else level, but=RELATIONAL_LEVEL)
        if level == RELATIONAL_LEVEL and waiting and BINDING[waiting[-1]] == level:
            raise self.unexpected("'and': a < b < c is written a < b and b < c")
        if token == "^":
            self.deeper()
        waiting.append(self.take())
        return True

    def finish(self, level: int, *, but: int = -1) -> None:
        """Give the waiting operators that bind at least so tightly their arguments."""
        waiting = self.brackets[-1].waiting
        while waiting and (binding := BINDING[waiting[-1]]) >= level and not binding == level == but:
            operator = waiting.pop()
            self.depth -= operator == "^"
            self.apply(operator, 1 if operator in _PREFIXES else 2)

    def close(self) -> None:
        bracket = self.brackets[-1]
        if bracket.function and bracket.finished + 1 != _ARITY[bracket.function]:
            raise self.unexpected(self.closing())
        self.take()
        self.brackets.pop()
        self.depth -= 1
        if bracket.function:
            self.apply("^" if bracket.function == "pow" else bracket.function, _ARITY[bracket.function])

    def closing(self) -> str:
        function = self.brackets[-1].function
        if function:
            return f"{_ARITY[function]} argument(s) and ')' for {function}"
        return "')'" if len(self.brackets) > 1 else "the end"

    def apply(self, operator: str, n: int) -> None:
        arguments = tuple(self.trees[-n:])
        del self.trees[-n:]
        self.trees.append(Apply(operator, arguments))
