package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.output.Token.Kind;

/// Cuts a template into tokens.
///
/// As docker does, `\t` and `\n` in the text outside of actions are a tab and a new line: a shell
/// gives them through as two characters.
///
/// @spec https://pkg.go.dev/text/template#hdr-Text_and_spaces
final class TemplateLexer {
  private static final String OPEN = "{{";
  private static final String CLOSE = "}}";
  private static final String COMMENT = "/*";
  private static final String COMMENT_END = "*/";

  private final String template;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  TemplateLexer(String template) {
    this.template = template;
  }

  List<Token> tokens() throws TemplateException {
    boolean trim = false;
    while (true) {
      int open = template.indexOf(OPEN, at);
      String text = template.substring(at, open < 0 ? template.length() : open);
      text = trim ? text.stripLeading() : text;
      if (open < 0) {
        text(text, at);
        at = template.length();
        add(Kind.END, "", at, false);
        return tokens;
      }
      boolean trimBefore = trimsBefore(open + OPEN.length());
      text(trimBefore ? text.stripTrailing() : text, at);
      at = open + OPEN.length() + (trimBefore ? 1 : 0);
      trim = comment(open) || action(open);
      /* Either has left `at` on its closing braces. */
      trim = template.charAt(at - 1) == '-' && trim;
      at += CLOSE.length();
    }
  }

  private boolean trimsBefore(int from) {
    return template.startsWith("-", from)
        && from + 1 < template.length()
        && Character.isWhitespace(template.charAt(from + 1));
  }

  private void text(String text, int offset) {
    if (!text.isEmpty()) {
      add(Kind.TEXT, text.replace("\\t", "\t").replace("\\n", "\n"), offset, false);
    }
  }

  /* Whether there was one; true also means that a "-" before the braces is a trim marker. */
  private boolean comment(int open) throws TemplateException {
    int start = at;
    while (start < template.length() && Character.isWhitespace(template.charAt(start))) {
      start++;
    }
    boolean allowed = start == at || template.charAt(at - 1) == '-';
    if (!allowed || !template.startsWith(COMMENT, start)) {
      return false;
    }
    int end = template.indexOf(COMMENT_END, start + COMMENT.length());
    if (end < 0) {
      throw failure(open, "the comment has no end");
    }
    at = end + COMMENT_END.length();
    if (!template.startsWith(CLOSE, at)) {
      int close = at;
      while (close < template.length() && Character.isWhitespace(template.charAt(close))) {
        close++;
      }
      if (close == at || !template.startsWith("-" + CLOSE, close)) {
        throw failure(open, "the comment must end directly before }}");
      }
      at = close + 1;
    }
    return true;
  }

  /* Whether a trim marker ends it. */
  private boolean action(int open) throws TemplateException {
    add(Kind.OPEN, OPEN, open, false);
    while (true) {
      int from = at;
      while (at < template.length() && Character.isWhitespace(template.charAt(at))) {
        at++;
      }
      boolean spaced = at > from;
      boolean trim = spaced && template.startsWith("-" + CLOSE, at);
      if (trim) {
        at++;
      }
      if (trim || template.startsWith(CLOSE, at)) {
        add(Kind.CLOSE, CLOSE, at, spaced);
        return trim;
      }
      if (at >= template.length()) {
        throw failure(open, "{{ without }}");
      }
      token(spaced);
    }
  }

  private void token(boolean spaced) throws TemplateException {
    int start = at;
    char c = template.charAt(at);
    if (c == '"' || c == '`' || c == '\'' || isNumberStart(c)) {
      TemplateLiteral literal = TemplateLiteral.read(template, at);
      at = literal.end();
      tokens.add(
          new Token(Kind.LITERAL, template.substring(start, at), literal.value(), start, spaced));
    } else if (c == '.') {
      at++;
      String name = name();
      add(name.isEmpty() ? Kind.DOT : Kind.FIELD, name.isEmpty() ? "." : name, start, spaced);
    } else if (c == '$') {
      at++;
      add(Kind.VARIABLE, "$" + name(), start, spaced);
    } else if (isLetter(c)) {
      add(Kind.WORD, name(), start, spaced);
    } else {
      sign(c, spaced);
    }
  }

  private void sign(char c, boolean spaced) throws TemplateException {
    int start = at;
    at++;
    switch (c) {
      case '|' -> add(Kind.PIPE, "|", start, spaced);
      case '(' -> add(Kind.LEFT, "(", start, spaced);
      case ')' -> add(Kind.RIGHT, ")", start, spaced);
      case ',' -> add(Kind.COMMA, ",", start, spaced);
      case '=' -> add(Kind.ASSIGN, "=", start, spaced);
      case ':' -> {
        if (!template.startsWith("=", at)) {
          throw failure(start, "':' without '='");
        }
        at++;
        add(Kind.DECLARE, ":=", start, spaced);
      }
      default -> throw failure(start, "unexpected '" + Visible.text(String.valueOf(c)) + "'");
    }
  }

  private boolean isNumberStart(char c) {
    if (c == '+' || c == '-' || c == '.') {
      return at + 1 < template.length() && Character.isDigit(template.charAt(at + 1));
    }
    return c >= '0' && c <= '9';
  }

  private String name() {
    int start = at;
    while (at < template.length()
        && (isLetter(template.charAt(at)) || Character.isDigit(template.charAt(at)))) {
      at++;
    }
    return template.substring(start, at);
  }

  private static boolean isLetter(char c) {
    return c == '_' || Character.isLetter(c);
  }

  private void add(Kind kind, String text, int offset, boolean spaced) {
    tokens.add(new Token(kind, text, null, offset, spaced));
  }

  private TemplateException failure(int offset, String problem) {
    return new TemplateException(template, offset, problem);
  }
}
