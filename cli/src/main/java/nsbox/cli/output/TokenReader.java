package nsbox.cli.output;

import java.util.List;

/// The tokens of a template, taken from left to right; the last one, the end, stays.
final class TokenReader {
  private final List<Token> tokens;
  private int at;

  /// @param tokens that end with [Token.Kind#END]
  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }
}
