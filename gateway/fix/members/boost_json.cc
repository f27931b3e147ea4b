// Boost.JSON is compiled here, once for the program: Boost's way of using it without its library.
#include <boost/json/src.hpp>
